// file://: objects are files of a mounted file system, keys are paths below a folder.
//   file:///srv/bucket/a.csv    one object
//   file:///srv/bucket/data/    every file below the folder; symbolic links to files count, other links do
//   not
// An object's etag is "<inode>-<size>-<mtime in ns>" in hex: it changes when the file is replaced or written.
// Names that begin with "." or end in ".tmp-XXXXXX" (a put under way) are no objects of a folder.
// What is put lies in folders of this user's alone below the folder that was given; the file system has to
// keep owners, as a mount that shows all files as one uid's does not.
#pragma once
#include <memory>

#include "plugins/object_store.h"

namespace trainyard {

std::unique_ptr<ObjectStore> make_file_store();

}  // namespace trainyard
