// The files of a user's folder that are to be stored as objects.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/file_version.h"

namespace trainyard {

struct SourceFile {
  std::string path;  // contains no link below the folder
  std::string key;   // the path below the folder, as the user knows it: "d/a.csv"
  FileVersion version;
};

struct SourceFiles {
  std::vector<SourceFile> files;  // in the order of their keys
  struct LeftOut {
    std::string path;
    std::string reason;  // "a link that leads out of /data/mnist"
  };
  std::vector<LeftOut> left_out;
};

// Returns the file that `path` names, with its name as the key, or all files below the folder. A link below
// the folder to a file below the folder stands for that file; all other links are left out. Throws
// Error{invalid} that names all FIFOs, sockets and devices if there are any; Error{not_found} if there is no
// file; and as throw_errno() does if a folder cannot be read.
SourceFiles source_files(const std::string& path);

}  // namespace trainyard
