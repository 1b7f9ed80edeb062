#include "daemon/base/file_beside.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace trainyard {

FileBeside::FileBeside(const std::string& path, unsigned mode) : path_(path), beside_(path + ".tmp-XXXXXX") {
  fd_ = UniqueFd(::mkostemp(beside_.data(), O_CLOEXEC));
  if (!fd_) throw_errno("create " + path_);
  if (::fchmod(fd_.get(), mode) != 0) throw_errno("chmod " + beside_);
}

FileBeside::~FileBeside() {
  if (!committed_) ::unlink(beside_.c_str());
}

void FileBeside::commit_as(const std::string& path) {
  if (::fsync(fd_.get()) != 0) throw_errno("fsync " + beside_);
  fd_.reset();
  if (::rename(beside_.c_str(), path.c_str()) != 0) throw_errno("rename " + beside_ + " to " + path);
  committed_ = true;
  const std::string folder = std::filesystem::path(path).parent_path().string();
  fsync_directory(folder.empty() ? "." : folder);
}

}  // namespace trainyard
