#include <filesystem>

#include "daemon/base/archive.h"
#include "daemon/base/archive_handle.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

// Returns true if a relative `name` stays below the folder that it is appended to, links not considered:
// false for absolute names and for "../x".
bool is_below(const fs::path& name) {
  fs::path normal = name.lexically_normal();
  return !name.is_absolute() && (normal.empty() || *normal.begin() != "..");
}

[[noreturn]] void refuse(const std::string& archive_path, const std::string& name, const char* why) {
  throw Error(ErrorKind::invalid, archive_path + ": " + name + ": " + why + "; not unpacked");
}

// Puts `folder` before the name of an archive's entry, because libarchive resolves relative names from the
// working directory, which the whole process shares. Throws Error{invalid} if the entry would lie or link
// outside `folder`, or is neither a file, a folder nor a link.
void move_below(const fs::path& folder, archive_entry* entry, const std::string& archive_path) {
  const char* raw_name = archive_entry_pathname(entry);
  if (!raw_name) refuse(archive_path, "an entry", "has no readable name");
  const std::string name = raw_name;
  if (!is_below(name)) refuse(archive_path, name, "would lie outside the folder");
  archive_entry_set_pathname(entry, (folder / name).c_str());

  if (const char* target = archive_entry_hardlink(entry)) {
    if (!is_below(target)) refuse(archive_path, name, "links outside the folder");
    archive_entry_set_hardlink(entry, (folder / target).c_str());
    return;
  }
  const auto type = archive_entry_filetype(entry);
  if (type == AE_IFLNK) {
    const fs::path target = archive_entry_symlink(entry);
    if (target.is_absolute() || !is_below(fs::path(name).parent_path() / target))
      refuse(archive_path, name, "links outside the folder");
  } else if (type != AE_IFREG && type != AE_IFDIR) {
    refuse(archive_path, name, "is neither a file, a folder nor a link");
  }
  archive_entry_set_perm(entry, archive_entry_perm(entry) & 0777);
}

void copy_contents(archive* from, archive* to, const std::string& what) {
  const void* bytes = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  for (;;) {
    int result = archive_read_data_block(from, &bytes, &size, &offset);
    if (result == ARCHIVE_EOF) return;
    if (result != ARCHIVE_OK) throw archive_error(from, what);
    if (archive_write_data_block(to, bytes, size, offset) < ARCHIVE_OK) throw archive_error(to, what);
  }
}

ArchiveHandle open_archive(const std::string& path) {
  ArchiveHandle handle(archive_read_new());
  archive_read_support_format_tar(handle.get());
  archive_read_support_format_zip(handle.get());
  archive_read_support_format_empty(handle.get());
  archive_read_support_filter_gzip(handle.get());
  archive_read_support_filter_bzip2(handle.get());
  archive_read_support_filter_xz(handle.get());
  archive_read_support_filter_zstd(handle.get());
  if (archive_read_open_filename(handle.get(), path.c_str(), 1 << 16) != ARCHIVE_OK)
    throw archive_error(handle.get(), path);
  return handle;
}

}  // namespace

void unpack_archive(const std::string& archive_path, const std::string& folder) {
  // The canonical path of `folder` has no links: ARCHIVE_EXTRACT_SECURE_SYMLINKS refuses a symbolic link in
  // any part of a path.
  const fs::path base = fs::canonical(folder);
  ArchiveHandle from = open_archive(archive_path);
  ArchiveHandle to(archive_write_disk_new());
  archive_write_disk_set_options(to.get(), ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                                               ARCHIVE_EXTRACT_SECURE_NODOTDOT | ARCHIVE_EXTRACT_UNLINK);
  archive_entry* entry = nullptr;
  for (;;) {
    int result = archive_read_next_header(from.get(), &entry);
    if (result == ARCHIVE_EOF) break;
    if (result != ARCHIVE_OK) throw archive_error(from.get(), archive_path);
    move_below(base, entry, archive_path);
    const std::string what = archive_path + ": " + archive_entry_pathname(entry);
    if (archive_write_header(to.get(), entry) != ARCHIVE_OK) throw archive_error(to.get(), what);
    copy_contents(from.get(), to.get(), what);
    if (archive_write_finish_entry(to.get()) != ARCHIVE_OK) throw archive_error(to.get(), what);
  }
  if (archive_write_close(to.get()) != ARCHIVE_OK) throw archive_error(to.get(), archive_path);
}

}  // namespace trainyard
