#include <exception>

#include "daemon/base/archive.h"
#include "daemon/base/archive_handle.h"

namespace trainyard {

struct DecompressedReader::State {
  Pull pull;
  std::string name;
  char buffer[1 << 16];
  std::exception_ptr pull_error;  // kept, because an exception must not pass through libarchive's C frames
  ArchiveHandle raw{archive_read_new()};
  bool at_end = false;

  static la_ssize_t on_read(archive*, void* self, const void** bytes);
  [[noreturn]] void fail();
  void open();
};

la_ssize_t DecompressedReader::State::on_read(archive* handle, void* self, const void** bytes) {
  auto* state = static_cast<State*>(self);
  try {
    *bytes = state->buffer;
    return static_cast<la_ssize_t>(state->pull(state->buffer, sizeof state->buffer));
  } catch (...) {
    state->pull_error = std::current_exception();
    archive_set_error(handle, EIO, "%s", "reading failed");
    return ARCHIVE_FATAL;
  }
}

void DecompressedReader::State::fail() {
  if (pull_error) std::rethrow_exception(pull_error);
  throw Error(ErrorKind::invalid, archive_error(raw.get(), name).what());
}

void DecompressedReader::State::open() {
  archive_read_support_format_raw(raw.get());
  archive_read_support_format_empty(raw.get());
  archive_read_support_filter_gzip(raw.get());
  archive_read_support_filter_bzip2(raw.get());
  archive_read_support_filter_xz(raw.get());
  archive_read_support_filter_zstd(raw.get());
  if (archive_read_open(raw.get(), this, nullptr, &State::on_read, nullptr) != ARCHIVE_OK) fail();
  archive_entry* entry = nullptr;
  int result = archive_read_next_header(raw.get(), &entry);
  if (result == ARCHIVE_EOF)
    at_end = true;
  else if (result != ARCHIVE_OK)
    fail();
}

DecompressedReader::DecompressedReader(Pull pull, std::string name) : state_(std::make_unique<State>()) {
  state_->pull = std::move(pull);
  state_->name = std::move(name);
  state_->open();
}

DecompressedReader::~DecompressedReader() = default;
DecompressedReader::DecompressedReader(DecompressedReader&&) noexcept = default;
DecompressedReader& DecompressedReader::operator=(DecompressedReader&&) noexcept = default;

std::size_t DecompressedReader::read(char* buffer, std::size_t size) {
  if (state_->at_end) return 0;
  la_ssize_t got = archive_read_data(state_->raw.get(), buffer, size);
  if (got < 0) state_->fail();
  return static_cast<std::size_t>(got);
}

}  // namespace trainyard
