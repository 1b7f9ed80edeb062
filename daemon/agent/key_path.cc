#include "daemon/agent/key_path.h"

#include <filesystem>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {

std::string path_below(const std::string& folder, const std::string& key) {
  namespace fs = std::filesystem;
  bool safe = !key.empty() && key.front() != '/' && key.back() != '/' &&
              key.find('\0') == std::string::npos && key.find("//") == std::string::npos;
  for (const fs::path& part : fs::path(key)) safe = safe && part != ".." && part != "." && !part.empty();
  if (!safe)
    throw Error(ErrorKind::invalid,
                "'" + key + "': this key cannot be the name of a file in " + folder + "; nothing was copied");
  return join_path(folder, key);
}

}  // namespace trainyard
