// Opens, reads and writes files; some writes appear complete or not at all.
// This header stays C++17: the kernels include it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/unique_fd.h"

namespace trainyard {

// Throws an Error with a message such as "open /a/b: No such file or directory" and the kind for errno:
// not_found for ENOENT and ENOTDIR; denied for EACCES and EPERM; invalid for EINVAL, EISDIR, ELOOP,
// ENAMETOOLONG and ENXIO. Every other errno is unavailable, because a file system that is full, read-only
// (EROFS), stale (ESTALE), failing (EIO) or unreachable might work again later.
[[noreturn]] void throw_errno(const std::string& what);

// Calls open(2) with O_CLOEXEC. Throws as throw_errno() if it fails.
UniqueFd open_file(const std::string& path, int flags, unsigned mode = 0600);

// What to do with a symbolic link as the last component of a path.
enum class LastLink { follow, refuse };

// Opens a regular file for reading. Throws Error{invalid} "…: is a FIFO, not a file" for a FIFO, a socket, a
// device or a directory, and for a link if links are refused. The call neither waits for such a file nor
// makes it the controlling terminal, even if another user put it there. A network file system that hangs
// still blocks.
UniqueFd open_regular_file(const std::string& path, LastLink link = LastLink::follow);

// As open_regular_file(), but returns an empty UniqueFd if nothing has this name.
UniqueFd open_regular_file_if_there(const std::string& path, LastLink link = LastLink::follow);

inline constexpr std::int64_t most_file_bytes = std::int64_t{64} << 20;

// Return the whole contents of a regular file, opened by open_regular_file(). If nothing has this name,
// read_file() throws Error{not_found} and read_file_if_there() returns nothing. Throw Error{invalid} before
// reading if the file is larger than max_bytes.
std::string read_file(const std::string& path, std::int64_t max_bytes = most_file_bytes,
                      LastLink link = LastLink::follow);
std::optional<std::string> read_file_if_there(const std::string& path,
                                              std::int64_t max_bytes = most_file_bytes,
                                              LastLink link = LastLink::follow);

// Reads an open file to its end. `path` is for the error message. Throws Error{invalid} if there are more
// than max_bytes.
std::string read_all(int fd, const std::string& path, std::int64_t max_bytes);

// Reads a file, a pipe or a terminal, and waits for the writer. For paths that the user of this process gave.
std::string read_file_or_pipe(const std::string& path, std::int64_t max_bytes);

// Returns at most max_bytes of a regular file, from offset on; an empty string at or after the end.
std::string read_range(const std::string& path, std::int64_t offset, std::int64_t max_bytes);

// Writes all bytes to a pipe, a socket or a terminal.
void write_all(int fd, std::string_view bytes);

// Writes all bytes to a file, through disk() (disk.h). `name` is for the error message: "write /a/b: No space
// left on device".
void write_file(int fd, std::string_view bytes, const std::string& name);

// As write_file(), at this place of the file.
void write_file_at(int fd, std::string_view bytes, std::int64_t offset, const std::string& name);

// Opens a file for reading and writing, through disk(), and creates it if nothing has its name. Follows no
// link as the last component.
UniqueFd open_or_create(const std::string& path, unsigned mode = 0600);

// Writes a temporary file, fsyncs it, renames it to `path`, and fsyncs the directory (atomic_file.h). Readers
// see the old file or the new one.
void write_atomically(const std::string& path, std::string_view bytes, unsigned mode = 0600);

// As write_atomically(), for many files: no file is durable before sync_file_system().
void write_for_later_sync(const std::string& path, std::string_view bytes, unsigned mode = 0600);

// Makes everything durable that was written to the file system of `path`.
void sync_file_system(const std::string& path);

// Creates the complete file, but only if nothing has its name yet; returns false otherwise. The file system
// must support hard links.
bool create_exclusively(const std::string& path, std::string_view bytes, unsigned mode = 0600);

// Returns "directory/name", with one slash even if `directory` ends in one.
std::string join_path(std::string_view directory, std::string_view name);

// Returns the folder of a path: "/a" for "/a/b", "/" for "/a", "." for "a".
std::string parent_of(const std::string& path);

}  // namespace trainyard
