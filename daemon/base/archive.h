// Packs, unpacks and decompresses archives, with libarchive. Every Error{invalid} names the archive or
// folder, and the file in it that is at fault.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace trainyard {

// Packs everything below `folder` into an uncompressed tar file: writes a temporary file, fsyncs it and
// renames it to `archive_path`. Equal trees give equal bytes, independent of user and time: names are sorted,
// owners and times are left out, and of a file's mode only "executable" is kept. Throws Error{invalid} for a
// symbolic link that leaves the folder, for devices, pipes and sockets, and if the contents are larger than
// `max_bytes`.
void pack_folder(const std::string& folder, const std::string& archive_path, std::int64_t max_bytes);

// Unpacks a tar (plain, or compressed with gzip, bzip2, xz or zstd) or a zip into `folder`, which must exist
// and should be empty. Writes nothing outside `folder`: throws Error{invalid} for absolute names, "..", links
// that leave `folder`, and devices.
void unpack_archive(const std::string& archive_path, const std::string& folder);

// Decompresses a gzip, bzip2, xz or zstd stream. Passes on the bytes of any other stream unchanged. Each
// reader is for one thread at a time.
class DecompressedReader {
 public:
  // A function that puts up to `size` bytes of the compressed stream into `buffer` and returns their number;
  // 0 at the end. Exceptions that it throws leave the constructor or read().
  using Pull = std::function<std::size_t(char* buffer, std::size_t size)>;

  DecompressedReader(Pull pull, std::string name);  // `name` is for error messages
  ~DecompressedReader();
  DecompressedReader(DecompressedReader&&) noexcept;
  DecompressedReader& operator=(DecompressedReader&&) noexcept;

  // Puts up to `size` decompressed bytes into `buffer` and returns their number; 0 at the end. Throws
  // Error{invalid} if the stream is cut off or damaged.
  std::size_t read(char* buffer, std::size_t size);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trainyard
