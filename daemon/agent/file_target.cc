#include "daemon/agent/file_target.h"

#include "daemon/base/digest.h"
#include "daemon/base/directory.h"
#include "daemon/base/disk.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

class FilePartSink final : public UnitSink {
 public:
  FilePartSink(std::string path, UniqueFd file, std::int64_t offset)
      : path_(std::move(path)), file_(std::move(file)), offset_(offset) {}

  void write(std::string_view bytes) override {
    write_file_at(file_.get(), bytes, offset_, path_);
    offset_ += static_cast<std::int64_t>(bytes.size());
  }
  void finish() override {}

 private:
  std::string path_;
  UniqueFd file_;
  std::int64_t offset_;
};

UniqueFd open_below(const std::string& path, unsigned folder_mode, unsigned file_mode) {
  try {
    return open_or_create(path, file_mode);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::not_found) throw;
  }
  make_directories(parent_of(path), folder_mode);
  return open_or_create(path, file_mode);
}

}  // namespace

std::unique_ptr<UnitSink> FileTarget::begin(const Unit& unit) {
  const std::string path = path_of_(unit);
  UniqueFd file = open_below(path, folder_mode_, file_mode_);
  // An earlier fetch can have left a longer file.
  if (unit.offset == 0 && disk().truncate(file.get(), unit.object.size_bytes) != 0)
    throw_errno("truncate " + path);
  return std::make_unique<FilePartSink>(path, std::move(file), unit.offset);
}

std::optional<std::string> FileTarget::sha256_of(const Unit& unit) {
  constexpr std::int64_t piece = 1 << 20;
  const std::string path = path_of_(unit);
  Sha256 hash;
  try {
    for (std::int64_t at = 0; at < unit.size_bytes; at += piece) {
      const std::int64_t wanted = std::min(piece, unit.size_bytes - at);
      const std::string bytes = read_range(path, unit.offset + at, wanted);
      if (static_cast<std::int64_t>(bytes.size()) < wanted) return std::nullopt;
      hash.add(bytes);
    }
    if (unit.size_bytes == 0) open_regular_file(path);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::not_found) return std::nullopt;
    throw;
  }
  return hash.hex();
}

}  // namespace trainyard
