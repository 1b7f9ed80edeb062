#include "daemon/base/file_version.h"

#include <sys/stat.h>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

FileVersion version_in(const struct stat& status) {
  return {status.st_size, std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

}  // namespace

FileVersion version_of(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_errno("stat " + path);
  return version_in(status);
}

FileVersion version_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) throw_errno("stat " + path);
  return version_in(status);
}

void check_unchanged(int fd, const std::string& path, const FileVersion& before) {
  if (version_of(fd, path) != before)
    throw Error(ErrorKind::unavailable,
                path + ": was changed while it was stored; store it again when no program writes to it");
}

}  // namespace trainyard
