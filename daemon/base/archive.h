// Archives and compressed streams, by libarchive. Error{invalid} names the file and the entry at fault.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace trainyard {

// Packs everything below `folder` into an uncompressed tar at `archive_path` (written beside, fsynced,
// renamed). Equal trees give equal bytes, whoever packs them and when: names are sorted, owners and times
// left out; of a file's mode only "executable" is kept. Symbolic links must stay inside. Error{invalid} for a
// link that leaves the folder, for devices, pipes and sockets, and above `max_bytes` of contents.
void pack_folder(const std::string& folder, const std::string& archive_path, std::int64_t max_bytes);

// Unpacks a tar (gzip, bzip2, xz and zstd too) or zip into `folder`, which must be there and should be empty.
// Nothing is written outside it: Error{invalid} for absolute names, "..", links that leave it, and devices.
void unpack_archive(const std::string& archive_path, const std::string& folder);

// The decompressed bytes of a gzip, bzip2, xz or zstd stream, or the bytes themselves when it is none of
// these. One thread at a time.
class DecompressedReader {
 public:
  // Up to `size` bytes into the buffer; 0 at the end. May throw: the error comes out of read().
  using Pull = std::function<std::size_t(char* buffer, std::size_t size)>;

  DecompressedReader(Pull pull, std::string name);  // `name` for messages
  ~DecompressedReader();
  DecompressedReader(DecompressedReader&&) noexcept;
  DecompressedReader& operator=(DecompressedReader&&) noexcept;

  // Up to `size` bytes; 0 at the end. Error{invalid} when the stream is cut off or damaged.
  std::size_t read(char* buffer, std::size_t size);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trainyard
