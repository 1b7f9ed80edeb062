#include "daemon/deputy/local_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "daemon/base/directory.h"
#include "daemon/base/disk.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/deputy/scratch_root.h"
#include "daemon/handover/claim.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t most_evidence_bytes = 1 << 20;

bool is_directory(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0) return S_ISDIR(found.st_mode);
  if (errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP) return false;
  throw_errno("look at " + path);
}

FileText read_plain(const std::string& path) {
  try {
    return {read_file_if_there(path, most_evidence_bytes), ""};
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::unavailable) throw;
    if (e.kind() == ErrorKind::not_found) return {};
    return {std::nullopt, e.what()};
  }
}

std::string read_from(int fd, const std::string& path, std::int64_t from, std::int64_t most_bytes) {
  std::string bytes(static_cast<std::size_t>(most_bytes), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    ssize_t got = ::pread(fd, bytes.data() + filled, bytes.size() - filled,
                          static_cast<off_t>(from + static_cast<std::int64_t>(filled)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read " + path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

LocalFiles::LocalFiles(const ScratchRoot& root) : root_(root), scratch_(enter_scratch(root)) {}

const std::string& LocalFiles::checked(const std::string& path) const {
  if (!path.starts_with(root_.path + "/") || fs::path(path).lexically_normal() != fs::path(path))
    throw Error(ErrorKind::invalid, path + ": does not lie below " + root_.path);
  return path;
}

void LocalFiles::prepare_attempt(const AttemptFiles& attempt) {
  make_directories(checked(attempt.directory));
  make_directory(join_path(attempt.directory, layout::logs_folder));  // for the jobs' output
  if (!attempt.code_digest.empty())
    code().link(attempt.code_digest, join_path(checked(attempt.run_directory), layout::code_archive));
  write_for_later_sync(join_path(attempt.directory, layout::launch_file), attempt.launch, 0600);
}

void LocalFiles::prepare_attempts(const std::vector<AttemptFiles>& attempts,
                                  const std::optional<ArrayLinks>& array) {
  for (const AttemptFiles& attempt : attempts) prepare_attempt(attempt);
  if (array) {
    make_directories(checked(array->directory));
    for (const auto& [name, target] : array->targets) {
      std::string link = join_path(array->directory, name);
      if (disk().symlink(target.c_str(), link.c_str()) != 0 && errno != EEXIST)
        throw_errno("symlink " + link);
    }
  }
  // Syncs the file system once, because to sync a thousand files one by one would take seconds.
  sync_file_system(root_.path);
}

FilesFound LocalFiles::read_files(const std::string& directory, const std::vector<std::string>& names) {
  FilesFound found;
  found.has_directory = is_directory(checked(directory));
  found.may_write =
      found.has_directory && ::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
  for (const std::string& name : names)
    found.files[name] = found.has_directory ? read_plain(join_path(directory, name)) : FileText{};
  return found;
}

Claim LocalFiles::revoke_claim(const std::string& directory, UtcSeconds at) {
  return trainyard::revoke_claim(checked(directory), at);
}

void LocalFiles::write_files(const std::string& directory, const std::vector<std::string>& removed,
                             const std::map<std::string, std::string>& texts) {
  make_directories(checked(directory));
  for (const std::string& name : removed) trainyard::remove_tree(join_path(directory, name));
  for (const auto& [name, text] : texts) write_atomically(join_path(directory, name), text);
}

FilePiece LocalFiles::read_piece(const std::string& path, std::int64_t from, std::int64_t most_bytes) {
  // O_NONBLOCK: a FIFO in place of the file would block the deputy for ever.
  UniqueFd fd(::open(checked(path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd && errno == ENOENT) return {"", from, 0};
  if (!fd) throw_errno("open " + path);
  struct stat found {};
  if (::fstat(fd.get(), &found) != 0) throw_errno("stat " + path);
  if (!S_ISREG(found.st_mode)) throw Error(ErrorKind::invalid, path + ": is not a plain file");

  FilePiece piece{"", from, found.st_size};
  if (from >= found.st_size) return piece;
  piece.bytes = read_from(fd.get(), path, from, std::min(most_bytes, found.st_size - from));
  piece.next = from + static_cast<std::int64_t>(piece.bytes.size());
  return piece;
}

std::int64_t LocalFiles::free_bytes() {
  struct statvfs found {};
  if (::statvfs(root_.path.c_str(), &found) != 0) throw_errno("look at the file system of " + root_.path);
  return static_cast<std::int64_t>(found.f_bavail) * static_cast<std::int64_t>(found.f_frsize);
}

void LocalFiles::remove_tree(const std::string& path) { trainyard::remove_tree(checked(path)); }

void LocalFiles::remove_link(const std::string& directory, const std::string& name) {
  trainyard::remove_tree(join_path(checked(directory), name));
  if (disk().remove(AT_FDCWD, directory.c_str(), AT_REMOVEDIR) == 0) return;
  if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOENT) throw_errno("remove " + directory);
}

KeptCode LocalFiles::code() const { return KeptCode(root_.path); }

void LocalFiles::keep_code(const std::string& digest, UniqueFd archive, std::int64_t most_bytes) {
  code().keep(digest, archive, most_bytes);
}

std::optional<std::int64_t> LocalFiles::find_code(const std::string& digest) { return code().find(digest); }

void LocalFiles::remove_unused_code(const std::set<std::string>& in_use) { code().remove_unused(in_use); }

}  // namespace trainyard
