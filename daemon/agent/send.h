// `trainyard-agent send PATH URL`: stores a file, or the files of a folder, as objects below a URL.
// `trainyard upload` calls it.
#pragma once
#include <string>

#include "daemon/base/store_access.h"

namespace trainyard {

struct SendRequest {
  std::string path;  // of a file or a folder
  std::string url;   // of the folder in which the objects will be; a slash at its end can be missing
  StoreAccess store;
  bool overwrites = false;  // replace objects that have other contents
  bool is_dry_run = false;  // only tell what would be stored
  bool as_json = false;     // tell a JSON object per file
};

// Stores the files of source_files(path). An object that is there with the contents of its file is left
// alone. One with other contents, or with contents that the store does not tell
// (ObjectStore::has_contents()), is an Error{invalid} that names all such objects, before anything is stored,
// unless the request overwrites. After a kill, a repetition stores what is missing. Prints a line per file to
// stdout: "d/a.csv  1.5 MiB", what is left out to stderr, and there the progress, too, if that is a terminal.
int send(const SendRequest& request);

}  // namespace trainyard
