#include "daemon/base/archive.h"
#include "daemon/base/archive_pull.h"

namespace trainyard {

struct DecompressedReader::State {
  State(Pull pull, std::string name) : raw(std::move(pull), std::move(name)) {}

  PulledArchive raw;
  bool at_end = false;
};

DecompressedReader::DecompressedReader(Pull pull, std::string name)
    : state_(std::make_unique<State>(std::move(pull), std::move(name))) {
  PulledArchive& raw = state_->raw;
  archive_read_support_format_raw(raw.handle.get());
  archive_read_support_format_empty(raw.handle.get());
  raw.open();
  archive_entry* entry = nullptr;
  const int result = archive_read_next_header(raw.handle.get(), &entry);
  state_->at_end = result == ARCHIVE_EOF;
  if (!state_->at_end && result != ARCHIVE_OK) raw.fail(raw.name);
}

DecompressedReader::~DecompressedReader() = default;
DecompressedReader::DecompressedReader(DecompressedReader&&) noexcept = default;
DecompressedReader& DecompressedReader::operator=(DecompressedReader&&) noexcept = default;

std::size_t DecompressedReader::read(char* buffer, std::size_t size) {
  if (state_->at_end) return 0;
  const la_ssize_t got = archive_read_data(state_->raw.handle.get(), buffer, size);
  if (got < 0) state_->raw.fail(state_->raw.name);
  return static_cast<std::size_t>(got);
}

}  // namespace trainyard
