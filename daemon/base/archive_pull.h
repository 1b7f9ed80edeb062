// PulledArchive: an archive of libarchive's whose bytes come from a function. Only for
// daemon/base/archive_*.cc.
#pragma once
#include <exception>
#include <functional>
#include <string>

#include "daemon/base/archive_handle.h"

namespace trainyard {

struct PulledArchive {
  // Puts up to `size` bytes into `buffer` and returns their number; 0 at the end.
  using Pull = std::function<std::size_t(char* buffer, std::size_t size)>;

  PulledArchive(const PulledArchive&) = delete;  // libarchive has its address
  PulledArchive& operator=(const PulledArchive&) = delete;

  PulledArchive(Pull pull, std::string name) : pull(std::move(pull)), name(std::move(name)) {
    archive_read_support_filter_gzip(handle.get());
    archive_read_support_filter_bzip2(handle.get());
    archive_read_support_filter_xz(handle.get());
    archive_read_support_filter_zstd(handle.get());
  }

  // Opens the archive. Its formats must have been set.
  void open() {
    if (archive_read_open(handle.get(), this, nullptr, &PulledArchive::on_read, nullptr) != ARCHIVE_OK)
      fail(name);
  }

  // To be called after a function of libarchive's has failed. If `pull` had thrown an exception, throws that
  // one. Otherwise the bytes were there and the archive is malformed: throws Error{invalid} with libarchive's
  // message. `where`: the archive, or the archive and an entry.
  [[noreturn]] void fail(const std::string& where) {
    if (pull_error) std::rethrow_exception(pull_error);
    throw Error(ErrorKind::invalid, archive_error(handle.get(), where).what());
  }

  Pull pull;
  std::string name;
  char buffer[1 << 16];
  std::exception_ptr pull_error;  // kept, because an exception must not pass through libarchive's C frames
  ArchiveHandle handle{archive_read_new()};

 private:
  static la_ssize_t on_read(archive* handle, void* self, const void** bytes) {
    auto* pulled = static_cast<PulledArchive*>(self);
    try {
      *bytes = pulled->buffer;
      return static_cast<la_ssize_t>(pulled->pull(pulled->buffer, sizeof pulled->buffer));
    } catch (...) {
      pulled->pull_error = std::current_exception();
      archive_set_error(handle, EIO, "%s", "reading failed");
      return ARCHIVE_FATAL;
    }
  }
};

}  // namespace trainyard
