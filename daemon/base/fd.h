// Files, and writes that are seen complete or not at all.
// This header stays C++17: the kernels include it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/unique_fd.h"

namespace trainyard {

// "open /a/b: No such file or directory", with the kind that errno means
// (ENOENT not_found; EACCES, EPERM denied; ENOSPC, EDQUOT, EIO … unavailable).
[[noreturn]] void throw_errno(const std::string& what);

// open(2) with O_CLOEXEC.
UniqueFd open_file(const std::string& path, int flags, unsigned mode = 0600);

// The whole file; Error{not_found} when it is not there. Error{invalid} above max_bytes.
std::string read_file(const std::string& path, std::int64_t max_bytes = std::int64_t{64} << 20);
std::optional<std::string> read_file_if_there(const std::string& path,
                                              std::int64_t max_bytes = std::int64_t{64} << 20);

// At most max_bytes from offset on; empty at or after the end.
std::string read_range(const std::string& path, std::int64_t offset, std::int64_t max_bytes);

void write_all(int fd, std::string_view bytes);

// Written beside, fsynced, renamed, the directory fsynced: readers see the old file or the new one.
void write_atomically(const std::string& path, std::string_view bytes, unsigned mode = 0600);

// The same for many files at once: none of them is durable before sync_file_system().
void write_for_later_sync(const std::string& path, std::string_view bytes, unsigned mode = 0600);

// Makes durable whatever was written to the file system that `path` lies on.
void sync_file_system(const std::string& path);

// Creates the file only if it is not there: false if it was. The directory is fsynced.
bool create_exclusively(const std::string& path, std::string_view bytes, unsigned mode = 0600);

void fsync_directory(const std::string& path);

// The parts joined by one slash each.
std::string join_path(std::string_view directory, std::string_view name);

}  // namespace trainyard
