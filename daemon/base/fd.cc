#include "daemon/base/fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

ErrorKind kind_of_errno(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return ErrorKind::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorKind::denied;
    case EINVAL:
    case ENAMETOOLONG:
    case EISDIR:
    case ELOOP:
      return ErrorKind::invalid;
    default:
      return ErrorKind::unavailable;
  }
}

std::string parent_of(const std::string& path) {
  std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
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

std::string read_file(const std::string& path, std::int64_t max_bytes) {
  UniqueFd fd = open_file(path, O_RDONLY);
  std::string bytes = read_some(fd.get(), path, max_bytes + 1);
  if (static_cast<std::int64_t>(bytes.size()) > max_bytes)
    throw Error(ErrorKind::invalid, path + ": larger than " + std::to_string(max_bytes) + " bytes");
  return bytes;
}

std::optional<std::string> read_file_if_there(const std::string& path, std::int64_t max_bytes) {
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) return std::nullopt;
  return read_file(path, max_bytes);
}

std::string read_range(const std::string& path, std::int64_t offset, std::int64_t max_bytes) {
  UniqueFd fd = open_file(path, O_RDONLY);
  if (::lseek(fd.get(), offset, SEEK_SET) < 0) throw_errno("seek " + path);
  return read_some(fd.get(), path, max_bytes);
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno("write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

namespace {

enum class Sync { now, later };

void write_beside_and_rename(const std::string& path, std::string_view bytes, unsigned mode, Sync sync) {
  std::string beside = path + ".XXXXXX";
  UniqueFd fd(::mkostemp(beside.data(), O_CLOEXEC));
  if (!fd) throw_errno("create " + beside);
  try {
    if (::fchmod(fd.get(), mode) != 0) throw_errno("chmod " + beside);
    write_all(fd.get(), bytes);
    if (sync == Sync::now && ::fsync(fd.get()) != 0) throw_errno("fsync " + beside);
    if (::rename(beside.c_str(), path.c_str()) != 0) throw_errno("rename " + beside + " to " + path);
  } catch (const Error& e) {
    ::unlink(beside.c_str());
    throw Error(e.kind(), path + ": " + e.what());
  }
  if (sync == Sync::now) fsync_directory(parent_of(path));
}

}  // namespace

void write_atomically(const std::string& path, std::string_view bytes, unsigned mode) {
  write_beside_and_rename(path, bytes, mode, Sync::now);
}

void write_for_later_sync(const std::string& path, std::string_view bytes, unsigned mode) {
  write_beside_and_rename(path, bytes, mode, Sync::later);
}

void sync_file_system(const std::string& path) {
  UniqueFd fd = open_file(path, O_RDONLY);
  if (::syncfs(fd.get()) != 0) throw_errno("sync the file system of " + path);
}

bool create_exclusively(const std::string& path, std::string_view bytes, unsigned mode) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd && errno == EEXIST) return false;
  if (!fd) throw_errno("create " + path);
  write_all(fd.get(), bytes);
  if (::fsync(fd.get()) != 0) throw_errno("fsync " + path);
  fsync_directory(parent_of(path));
  return true;
}

void fsync_directory(const std::string& path) {
  UniqueFd fd = open_file(path, O_RDONLY | O_DIRECTORY);
  if (::fsync(fd.get()) != 0) throw_errno("fsync " + path);
}

std::string join_path(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (path.empty() || path.back() != '/') path += '/';
  path += name;
  return path;
}

}  // namespace trainyard
