#include "daemon/base/archive_reader.h"

#include <exception>
#include <utility>

#include "daemon/base/archive_handle.h"

namespace trainyard {

struct ArchiveReader::State {
  Pull pull;
  std::string name;
  char buffer[1 << 16];
  std::exception_ptr pull_error;  // kept, because an exception must not pass through libarchive's C frames
  ArchiveHandle handle{archive_read_new()};
  std::string entry;

  static la_ssize_t on_read(archive*, void* self, const void** bytes);
  void open();
  [[noreturn]] void fail(const std::string& where);
};

la_ssize_t ArchiveReader::State::on_read(archive* handle, void* self, const void** bytes) {
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

void ArchiveReader::State::open() {
  const Utf8Names utf8;
  archive_read_support_format_tar(handle.get());
  archive_read_support_format_zip(handle.get());
  archive_read_support_filter_gzip(handle.get());
  archive_read_support_filter_bzip2(handle.get());
  archive_read_support_filter_xz(handle.get());
  archive_read_support_filter_zstd(handle.get());
  if (archive_read_open(handle.get(), this, nullptr, &State::on_read, nullptr) != ARCHIVE_OK) fail(name);
}

// The archive comes from a stream, so an error of the disk is an error of `pull`. Everything else is wrong
// with the archive.
void ArchiveReader::State::fail(const std::string& where) {
  if (pull_error) std::rethrow_exception(pull_error);
  throw Error(ErrorKind::invalid, archive_error(handle.get(), where).what());
}

ArchiveReader::ArchiveReader(Pull pull, std::string name) : state_(std::make_unique<State>()) {
  state_->pull = std::move(pull);
  state_->name = std::move(name);
  state_->open();
}

ArchiveReader::~ArchiveReader() = default;
ArchiveReader::ArchiveReader(ArchiveReader&&) noexcept = default;
ArchiveReader& ArchiveReader::operator=(ArchiveReader&&) noexcept = default;

bool ArchiveReader::next() {
  const Utf8Names utf8;
  for (archive_entry* entry = nullptr;;) {
    const int result = archive_read_next_header(state_->handle.get(), &entry);
    if (result == ARCHIVE_EOF) return false;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) state_->fail(state_->name);
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr) continue;
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr) throw Error(ErrorKind::invalid, state_->name + ": an entry without a readable name");
    state_->entry = name;
    return true;
  }
}

const std::string& ArchiveReader::entry() const { return state_->entry; }

std::size_t ArchiveReader::read(char* buffer, std::size_t size) {
  const la_ssize_t got = archive_read_data(state_->handle.get(), buffer, size);
  if (got < 0) state_->fail(state_->name + ": " + state_->entry);
  return static_cast<std::size_t>(got);
}

}  // namespace trainyard
