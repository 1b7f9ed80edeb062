// Files, and writes that are seen complete or not at all.
// This header stays C++17: the kernels include it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/unique_fd.h"

namespace trainyard {

// "open /a/b: No such file or directory", with the kind that errno means: ENOENT and ENOTDIR not_found;
// EACCES and EPERM denied; EINVAL, EISDIR, ELOOP, ENAMETOOLONG and ENXIO invalid. Everything else is
// unavailable: a file system that is full, read-only (EROFS), stale (ESTALE), failing (EIO) or away may be
// back later.
[[noreturn]] void throw_errno(const std::string& what);

// open(2) with O_CLOEXEC.
UniqueFd open_file(const std::string& path, int flags, unsigned mode = 0600);

// What to do with a symbolic link as the last component of a path.
enum class LastLink { follow, refuse };

// Opens a regular file for reading. Whatever another user put in its place, the call does not wait for it and
// does not take over a terminal: Error{invalid} "…: is a FIFO, not a file" for a FIFO, a socket, a device or
// a directory, and for a link where links are refused. A network file system that hangs still blocks.
UniqueFd open_regular_file(const std::string& path, LastLink link = LastLink::follow);

// The same; empty when nothing has that name.
UniqueFd open_regular_file_if_there(const std::string& path, LastLink link = LastLink::follow);

inline constexpr std::int64_t most_file_bytes = std::int64_t{64} << 20;

// The whole of a regular file, opened as above; Error{not_found} when it is not there. Error{invalid} above
// max_bytes, before anything is read.
std::string read_file(const std::string& path, std::int64_t max_bytes = most_file_bytes,
                      LastLink link = LastLink::follow);
std::optional<std::string> read_file_if_there(const std::string& path,
                                              std::int64_t max_bytes = most_file_bytes,
                                              LastLink link = LastLink::follow);

// Reads a pipe or a terminal too, and waits for its writer: for what the user of this process names.
std::string read_file_or_pipe(const std::string& path, std::int64_t max_bytes);

// At most max_bytes of a regular file from offset on; empty at or after the end.
std::string read_range(const std::string& path, std::int64_t offset, std::int64_t max_bytes);

// To a pipe, a socket or a terminal.
void write_all(int fd, std::string_view bytes);

// To a file, through disk() (disk.h). `name` is for the message: "write /a/b: No space left on device".
void write_file(int fd, std::string_view bytes, const std::string& name);

// Written beside, fsynced, renamed, the directory fsynced (atomic_file.h).
// Readers see the old file or the new one.
void write_atomically(const std::string& path, std::string_view bytes, unsigned mode = 0600);

// The same for many files at once: none of them is durable before sync_file_system().
void write_for_later_sync(const std::string& path, std::string_view bytes, unsigned mode = 0600);

// Makes durable whatever was written to the file system that `path` lies on.
void sync_file_system(const std::string& path);

// Creates the file, whole, only if nothing has its name: false if something had.
// Its file system needs hard links.
bool create_exclusively(const std::string& path, std::string_view bytes, unsigned mode = 0600);

// The parts joined by one slash each.
std::string join_path(std::string_view directory, std::string_view name);

// "/a" of "/a/b", "/" of "/a", "." of "a".
std::string parent_of(const std::string& path);

}  // namespace trainyard
