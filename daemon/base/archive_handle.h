// Owning pointers for libarchive's handles, and the conversion of its errors to Error. Only for
// daemon/base/archive_*.cc.
#pragma once
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <cerrno>
#include <memory>
#include <string>

#include "daemon/base/error.h"

namespace trainyard {

struct FreeArchive {
  void operator()(archive* handle) const { archive_free(handle); }
};
using ArchiveHandle = std::unique_ptr<archive, FreeArchive>;

struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using EntryHandle = std::unique_ptr<archive_entry, FreeEntry>;

// Lets libarchive convert names that are UTF-8 for as long as the object lives, in this thread. In the C
// locale, in which our programs run, it has none for names that are not ASCII.
class Utf8Names {
 public:
  Utf8Names() : utf8_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (utf8_ != nullptr) before_ = ::uselocale(utf8_);
  }
  ~Utf8Names() {
    if (utf8_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(utf8_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t utf8_, before_ = nullptr;
};

// Converts libarchive's last error to an Error: unavailable if the disk is full, failing or read-only,
// because a retry might succeed then; otherwise invalid, because the archive is wrong.
inline Error archive_error(archive* handle, const std::string& what) {
  int error = archive_errno(handle);
  bool disk = error == ENOSPC || error == EDQUOT || error == EIO || error == EROFS || error == ESTALE;
  const char* text = archive_error_string(handle);
  return Error(disk ? ErrorKind::unavailable : ErrorKind::invalid, what + ": " + (text ? text : "damaged"));
}

}  // namespace trainyard
