// file://: objects are files of a mounted file system, keys are paths below a folder.
//   file:///srv/bucket/a.csv    one object
//   file:///srv/bucket/data/    every file below the folder; symbolic links to files are listed, other links
//                               are not
// An object's etag is "<inode>-<size>-<mtime in ns>" in hex: it changes when the file is replaced or written.
// Names that begin with "." or end in ".tmp-XXXXXX" (an unfinished put) are not listed. Objects are written
// to folders that belong to this user alone, below the given folder. The file system must keep the owners of
// files: a mount that shows all files as one uid's does not work.
#pragma once
#include <memory>

#include "plugins/object_store.h"

namespace trainyard {

std::unique_ptr<ObjectStore> make_file_store();

}  // namespace trainyard
