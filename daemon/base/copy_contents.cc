#include "daemon/base/copy_contents.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "daemon/base/disk.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

void copy_range(int from, int to, off_t offset, off_t end, const std::string& name) {
  if (::lseek(to, offset, SEEK_SET) < 0) throw_errno("seek in the copy of " + name);
  std::vector<char> buffer(std::min<std::size_t>(1 << 20, static_cast<std::size_t>(end - offset)));
  while (offset < end) {
    const auto want = std::min(buffer.size(), static_cast<std::size_t>(end - offset));
    const ssize_t got = ::pread(from, buffer.data(), want, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read " + name);
    if (got == 0) return;
    write_file(to, {buffer.data(), static_cast<std::size_t>(got)}, "the copy of " + name);
    offset += got;
  }
}

}  // namespace

void copy_contents(int from, int to, const std::string& name) {
  struct stat status {};
  if (::fstat(from, &status) != 0) throw_errno("stat " + name);
  off_t data = 0;
  while (data < status.st_size && (data = ::lseek(from, data, SEEK_DATA)) >= 0) {
    const off_t hole = ::lseek(from, data, SEEK_HOLE);
    const off_t end = hole < 0 ? status.st_size : std::min(hole, status.st_size);
    copy_range(from, to, data, end, name);
    data = end;
  }
  if (data < 0 && errno != ENXIO) throw_errno("seek in " + name);  // ENXIO: nothing but a hole is left
  if (disk().truncate(to, status.st_size) != 0) throw_errno("write the copy of " + name);
}

}  // namespace trainyard
