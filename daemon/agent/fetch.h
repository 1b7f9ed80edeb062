// `trainyard-agent fetch URL DIRECTORY`: copies objects below a URL into a folder. `trainyard download` calls
// it.
#pragma once
#include <string>

#include "daemon/base/store_access.h"

namespace trainyard {

struct FetchRequest {
  std::string url;
  StoreAccess store;
  std::string directory;
  std::string pattern;      // of keys, as of a shell, in which "*" matches "/", too; empty: all
  bool overwrites = false;  // replace files that have other contents
  bool is_dry_run = false;  // only tell what would be fetched
  bool as_json = false;     // tell a JSON object per file
};

// Each file appears when it is complete, after all objects have been fetched; a repetition of a fetch that
// was killed does not fetch again what had arrived. A file that is there with the contents of its object (by
// the SHA-256 in the results' receipt) is left alone; one with other contents is an Error{invalid}, before
// anything is fetched, unless the request overwrites. Prints a line per file to stdout:
// "results/model.h5  1.5 MiB", and the progress to stderr if that is a terminal.
int fetch(const FetchRequest& request);

}  // namespace trainyard
