#include "daemon/base/archive_reader.h"

#include "daemon/base/archive_pull.h"

namespace trainyard {

struct ArchiveReader::State {
  State(Pull pull, std::string name) : archive(std::move(pull), std::move(name)) {}

  PulledArchive archive;
  std::string entry;
};

ArchiveReader::ArchiveReader(Pull pull, std::string name)
    : state_(std::make_unique<State>(std::move(pull), std::move(name))) {
  const Utf8Names utf8;
  archive_read_support_format_tar(state_->archive.handle.get());
  archive_read_support_format_zip(state_->archive.handle.get());
  state_->archive.open();
}

ArchiveReader::~ArchiveReader() = default;
ArchiveReader::ArchiveReader(ArchiveReader&&) noexcept = default;
ArchiveReader& ArchiveReader::operator=(ArchiveReader&&) noexcept = default;

bool ArchiveReader::next() {
  const Utf8Names utf8;
  PulledArchive& archive = state_->archive;
  for (archive_entry* entry = nullptr;;) {
    const int result = archive_read_next_header(archive.handle.get(), &entry);
    if (result == ARCHIVE_EOF) return false;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) archive.fail(archive.name);
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr) continue;
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr) throw Error(ErrorKind::invalid, archive.name + ": an entry without a readable name");
    state_->entry = name;
    return true;
  }
}

const std::string& ArchiveReader::entry() const { return state_->entry; }

std::size_t ArchiveReader::read(char* buffer, std::size_t size) {
  PulledArchive& archive = state_->archive;
  const la_ssize_t got = archive_read_data(archive.handle.get(), buffer, size);
  if (got < 0) archive.fail(archive.name + ": " + state_->entry);
  return static_cast<std::size_t>(got);
}

}  // namespace trainyard
