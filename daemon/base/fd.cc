#include "daemon/base/fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "daemon/base/error.h"
#include "daemon/base/kind_of_errno.h"

namespace trainyard {
namespace {

const char* kind_of_file(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return "a directory";
    case S_IFIFO:
      return "a FIFO";
    case S_IFSOCK:
      return "a socket";
    case S_IFLNK:
      return "a link";
    default:
      return "a device";
  }
}

[[noreturn]] void throw_not_a_file(const std::string& path, mode_t mode) {
  throw Error(ErrorKind::invalid, path + ": is " + kind_of_file(mode) + ", not a file");
}

struct stat status_of(int fd, const std::string& path) {
  struct stat found {};
  if (::fstat(fd, &found) != 0) throw_errno("stat " + path);
  return found;
}

// Throws an Error for a failed open(2). If `path` is a symbolic link or a socket, the message says so,
// because the errno of open(2) for these (ELOOP, ENXIO) does not.
[[noreturn]] void throw_cannot_open(const std::string& path, LastLink link) {
  const int error = errno;
  struct stat found {};
  const bool may_be_refused_link = error == ELOOP && link == LastLink::refuse;
  if ((may_be_refused_link || error == ENXIO) && ::lstat(path.c_str(), &found) == 0 &&
      (S_ISLNK(found.st_mode) || S_ISSOCK(found.st_mode)))
    throw_not_a_file(path, found.st_mode);
  errno = error;
  throw_errno("open " + path);
}

[[noreturn]] void throw_too_large(const std::string& path, std::int64_t max_bytes) {
  throw Error(ErrorKind::invalid, path + ": larger than " + std::to_string(max_bytes) + " bytes");
}

std::string read_some(int fd, const std::string& path, std::int64_t max_bytes) {
  std::string bytes;
  char buffer[1 << 16];
  while (static_cast<std::int64_t>(bytes.size()) < max_bytes) {
    std::size_t want =
        std::min<std::size_t>(sizeof buffer, static_cast<std::size_t>(max_bytes) - bytes.size());
    ssize_t got = ::read(fd, buffer, want);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read " + path);
    if (got == 0) break;
    bytes.append(buffer, static_cast<std::size_t>(got));
  }
  return bytes;
}

}  // namespace

void throw_errno(const std::string& what) {
  int error = errno;
  throw Error(kind_of_errno(error), what + ": " + std::strerror(error));
}

UniqueFd open_file(const std::string& path, int flags, unsigned mode) {
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd) throw_errno("open " + path);
  return fd;
}

UniqueFd open_regular_file_if_there(const std::string& path, LastLink link) {
  // Without O_NONBLOCK, open(2) would wait for the writer of a FIFO. Without O_NOCTTY, a terminal would
  // become the controlling terminal of this session.
  const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  UniqueFd fd(::open(path.c_str(), link == LastLink::refuse ? flags | O_NOFOLLOW : flags));
  if (!fd && errno == ENOENT) return fd;
  if (!fd) throw_cannot_open(path, link);
  const mode_t mode = status_of(fd.get(), path).st_mode;
  if (!S_ISREG(mode)) throw_not_a_file(path, mode);
  return fd;
}

UniqueFd open_regular_file(const std::string& path, LastLink link) {
  UniqueFd fd = open_regular_file_if_there(path, link);
  if (fd) return fd;
  errno = ENOENT;
  throw_errno("open " + path);
}

// Checks max_bytes against the bytes read and not the file's size, because a file can grow meanwhile, and
// files in /proc report no size.
std::string read_all(int fd, const std::string& path, std::int64_t max_bytes) {
  std::string bytes = read_some(fd, path, max_bytes + 1);
  if (static_cast<std::int64_t>(bytes.size()) > max_bytes) throw_too_large(path, max_bytes);
  return bytes;
}

std::optional<std::string> read_file_if_there(const std::string& path, std::int64_t max_bytes,
                                              LastLink link) {
  UniqueFd fd = open_regular_file_if_there(path, link);
  if (!fd) return std::nullopt;
  if (status_of(fd.get(), path).st_size > max_bytes) throw_too_large(path, max_bytes);
  return read_all(fd.get(), path, max_bytes);
}

std::string read_file(const std::string& path, std::int64_t max_bytes, LastLink link) {
  if (std::optional<std::string> bytes = read_file_if_there(path, max_bytes, link)) return *std::move(bytes);
  errno = ENOENT;
  throw_errno("open " + path);
}

std::string read_file_or_pipe(const std::string& path, std::int64_t max_bytes) {
  return read_all(open_file(path, O_RDONLY).get(), path, max_bytes);
}

std::string read_range(const std::string& path, std::int64_t offset, std::int64_t max_bytes) {
  UniqueFd fd = open_regular_file(path);
  if (::lseek(fd.get(), offset, SEEK_SET) < 0) throw_errno("seek " + path);
  return read_some(fd.get(), path, max_bytes);
}

std::string join_path(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (path.empty() || path.back() != '/') path += '/';
  path += name;
  return path;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace trainyard
