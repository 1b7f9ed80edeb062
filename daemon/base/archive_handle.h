// libarchive's handles with an owner, and its errors as ours. For daemon/base/archive_*.cc alone.
#pragma once
#include <archive.h>
#include <archive_entry.h>

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

// A disk that is full, failing or read-only may have room later; everything else is wrong with the archive.
inline Error archive_error(archive* handle, const std::string& what) {
  int error = archive_errno(handle);
  bool disk = error == ENOSPC || error == EDQUOT || error == EIO || error == EROFS || error == ESTALE;
  const char* text = archive_error_string(handle);
  return Error(disk ? ErrorKind::unavailable : ErrorKind::invalid, what + ": " + (text ? text : "damaged"));
}

}  // namespace trainyard
