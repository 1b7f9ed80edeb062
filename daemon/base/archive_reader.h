// ArchiveReader: reads the files in a tar (plain, or compressed with gzip, bzip2, xz or zstd) or a zip, one
// after the other, from a stream. For one thread at a time. Error{invalid} names the archive and the entry at
// fault.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace trainyard {

class ArchiveReader {
 public:
  // Puts up to `size` bytes of the archive into `buffer` and returns their number; 0 at the end. Its
  // exceptions leave the functions of this class.
  using Pull = std::function<std::size_t(char* buffer, std::size_t size)>;

  ArchiveReader(Pull pull, std::string name);  // `name` is for error messages
  ~ArchiveReader();
  ArchiveReader(ArchiveReader&&) noexcept;
  ArchiveReader& operator=(ArchiveReader&&) noexcept;

  // Goes to the next regular file. Returns false at the end of the archive.
  bool next();
  // Returns the name of the current file in the archive.
  const std::string& entry() const;
  // Puts up to `size` bytes of the current file into `buffer` and returns their number; 0 at its end.
  std::size_t read(char* buffer, std::size_t size);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trainyard
