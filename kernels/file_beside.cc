#include "kernels/file_beside.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/base/fd.h"

namespace trainyard {

FileBeside::FileBeside(const std::string& path) : path_(path), beside_(path + ".XXXXXX") {
  UniqueFd fd(::mkostemp(beside_.data(), O_CLOEXEC));
  if (!fd) throw_errno("create " + beside_);
}

FileBeside::~FileBeside() {
  if (!beside_.empty()) ::unlink(beside_.c_str());
}

void FileBeside::commit() {
  UniqueFd fd = open_file(beside_, O_RDONLY);
  if (::fsync(fd.get()) != 0) throw_errno("fsync " + beside_);
  if (::rename(beside_.c_str(), path_.c_str()) != 0) throw_errno("rename " + beside_ + " to " + path_);
  beside_.clear();
  std::string directory = std::filesystem::path(path_).parent_path();
  fsync_directory(directory.empty() ? "." : directory);
}

}  // namespace trainyard
