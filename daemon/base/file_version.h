// FileVersion: tells whether a file is the same as before without reading it.
#pragma once
#include <cstdint>
#include <string>

namespace trainyard {

// Size and time of the last change. A writer that sets the time back, or that writes by mmap(2) without
// msync(2), is not noticed.
struct FileVersion {
  std::int64_t size_bytes = 0;
  std::int64_t modified_ns = 0;  // since 1970

  bool operator==(const FileVersion&) const = default;
};

// Return the version of an open file, or of the file that the path names, also by a link. `path` is for error
// messages. Throw as throw_errno() does.
FileVersion version_of(int fd, const std::string& path);
FileVersion version_of(const std::string& path);

// Throws Error{unavailable} that names the file if it has another version now than `before`.
void check_unchanged(int fd, const std::string& path, const FileVersion& before);

}  // namespace trainyard
