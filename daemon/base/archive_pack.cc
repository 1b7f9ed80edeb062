#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "daemon/base/archive.h"
#include "daemon/base/archive_handle.h"
#include "daemon/base/atomic_file.h"
#include "daemon/base/disk.h"
#include "daemon/base/fd.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  try {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
      entries.push_back(entry.path().lexically_relative(folder));
  } catch (const fs::filesystem_error& e) {
    throw Error(ErrorKind::denied, e.path1().string() + ": " + e.code().message());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

// Returns true if `link`, a symbolic link in `folder` to `target`, leads to a path inside `folder`. Resolves
// other links in `target`, because a/../.. leads elsewhere if a is a link.
bool stays_inside(const fs::path& folder, const fs::path& link, const fs::path& target) {
  if (target.is_absolute()) return false;
  std::error_code error;
  fs::path end = fs::weakly_canonical((folder / link).parent_path() / target, error);
  if (error) return false;
  fs::path below = end.lexically_relative(fs::canonical(folder));
  return !below.empty() && *below.begin() != "..";
}

// Writes bytes of the tar to a file descriptor, like libarchive's own write callback, but through disk().
la_ssize_t write_tar(archive* tar, void* fd, const void* bytes, std::size_t size) {
  for (;;) {
    const ssize_t written = disk().write(*static_cast<const int*>(fd), bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) archive_set_error(tar, errno, "write: %s", std::strerror(errno));
    return written;
  }
}

class Packer {
 public:
  Packer(fs::path folder, int fd, std::int64_t max_bytes)
      : folder_(std::move(folder)), fd_(fd), max_bytes_(max_bytes) {
    archive_write_set_format_pax_restricted(tar_.get());
    archive_write_set_bytes_in_last_block(tar_.get(), 1);
    if (archive_write_open(tar_.get(), &fd_, nullptr, write_tar, nullptr) != ARCHIVE_OK)
      throw archive_error(tar_.get(), folder_.string());
  }

  void add(const fs::path& name) {
    const std::string path = (folder_ / name).string();
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) throw_errno("stat " + path);
    EntryHandle entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_mtime(entry.get(), 0, 0);
    if (S_ISDIR(status.st_mode)) return add_plain(entry.get(), AE_IFDIR, 0755, path);
    if (S_ISLNK(status.st_mode)) return add_link(entry.get(), name, path);
    if (S_ISREG(status.st_mode)) return add_file(entry.get(), status, path);
    throw Error(ErrorKind::invalid,
                path + ": neither a file, a folder nor a link; remove it or pack another folder");
  }

  void close() {
    if (archive_write_close(tar_.get()) != ARCHIVE_OK)
      throw archive_error(tar_.get(), "packing " + folder_.string());
  }

 private:
  void add_plain(archive_entry* entry, unsigned type, unsigned mode, const std::string& path) {
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, mode);
    if (archive_write_header(tar_.get(), entry) != ARCHIVE_OK) throw archive_error(tar_.get(), path);
  }

  void add_link(archive_entry* entry, const fs::path& name, const std::string& path) {
    fs::path target = fs::read_symlink(path);
    if (!stays_inside(folder_, name, target))
      throw Error(ErrorKind::invalid, path + ": links to " + target.string() + ", outside " +
                                          folder_.string() + "; put a copy in its place");
    archive_entry_set_symlink(entry, target.c_str());
    add_plain(entry, AE_IFLNK, 0777, path);
  }

  void add_file(archive_entry* entry, const struct stat& status, const std::string& path) {
    packed_bytes_ += status.st_size;
    if (packed_bytes_ > max_bytes_)
      throw Error(ErrorKind::invalid, folder_.string() + ": larger than " + format_size(max_bytes_) +
                                          "; leave data out of the code folder and name them in [data]");
    archive_entry_set_size(entry, status.st_size);
    add_plain(entry, AE_IFREG, (status.st_mode & 0111) ? 0755 : 0644, path);
    copy_contents(path, status.st_size);
  }

  void copy_contents(const std::string& path, std::int64_t size) {
    UniqueFd fd = open_regular_file(path, LastLink::refuse);
    char buffer[1 << 16];
    while (size > 0) {
      ssize_t got =
          ::read(fd.get(), buffer, std::min<std::size_t>(sizeof buffer, static_cast<std::size_t>(size)));
      if (got < 0) throw_errno("read " + path);
      if (got == 0) throw Error(ErrorKind::unavailable, path + ": became shorter while it was packed");
      if (archive_write_data(tar_.get(), buffer, static_cast<std::size_t>(got)) < 0)
        throw archive_error(tar_.get(), path);
      size -= got;
    }
  }

  fs::path folder_;
  int fd_;
  std::int64_t max_bytes_;
  std::int64_t packed_bytes_ = 0;
  ArchiveHandle tar_{archive_write_new()};
};

}  // namespace

void pack_folder(const std::string& folder, const std::string& archive_path, std::int64_t max_bytes) {
  if (!fs::is_directory(folder)) throw Error(ErrorKind::not_found, folder + ": no such folder");
  AtomicFile file(archive_path);
  Packer packer(fs::canonical(folder), file.fd(), max_bytes);
  for (const fs::path& name : sorted_entries(fs::canonical(folder))) packer.add(name);
  packer.close();
  file.commit();
}

}  // namespace trainyard
