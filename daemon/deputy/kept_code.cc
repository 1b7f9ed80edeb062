#include "daemon/deputy/kept_code.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>

#include "daemon/base/atomic_file.h"
#include "daemon/base/clock.h"
#include "daemon/base/digest.h"
#include "daemon/base/directory.h"
#include "daemon/base/disk.h"
#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kept_unused{24};

// Calls `visit` for each regular file of a directory; for none if the directory does not exist.
template <class Visit>
void for_each_file(const std::string& directory, const Visit& visit) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, ignored)) {
    struct stat found {};
    const std::string path = entry.path().string();
    if (::lstat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode)) visit(path, found);
  }
}

// Copies the whole file `from` to `to`. Returns the SHA-256 of the bytes.
std::string copy_and_digest(int from, AtomicFile& to) {
  Sha256 hash;
  std::string bytes(1 << 20, '\0');
  for (off_t at = 0;;) {
    ssize_t got = ::pread(from, bytes.data(), bytes.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read the uploaded code");
    if (got == 0) return hash.hex();
    std::string_view read(bytes.data(), static_cast<std::size_t>(got));
    hash.add(read);
    to.write(read);
    at += got;
  }
}

std::int64_t size_of(const UniqueFd& file) {
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) throw_errno("stat the uploaded code");
  return found.st_size;
}

}  // namespace

KeptCode::KeptCode(const std::string& scratch)
    : scratch_(scratch), directory_(layout::code_directory(scratch)) {}

std::string KeptCode::path_of(const std::string& digest) const {
  return layout::uploaded_code(scratch_, digest);
}

std::int64_t KeptCode::size_bytes() const {
  std::int64_t sum = 0;
  for_each_file(directory_, [&](const std::string&, const struct stat& found) { sum += found.st_size; });
  return sum;
}

std::optional<std::int64_t> KeptCode::find(const std::string& digest) const {
  const std::string path = path_of(digest);
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return std::nullopt;
    throw_errno("look at " + path);
  }
  if (disk().set_times(path.c_str(), nullptr) != 0) throw_errno("set the time of " + path);
  return found.st_size;
}

void KeptCode::keep(const std::string& digest, const UniqueFd& archive, std::int64_t most_bytes) const {
  make_directory(directory_);
  if (std::int64_t held = size_bytes(); held + size_of(archive) > most_bytes)
    throw Error(
        ErrorKind::invalid,
        "code: with these " + format_size(size_of(archive)) + ", " + directory_ +
            " would hold more than the " + format_size(most_bytes) +
            " that daemon.max_code_size_per_user allows; code that no run uses is removed after a day");
  AtomicFile kept(path_of(digest));
  if (copy_and_digest(archive.get(), kept) != digest)
    throw Error(ErrorKind::invalid, "code: the bytes have another digest than " + digest);
  kept.commit();
}

void KeptCode::link(const std::string& digest, const std::string& target) const {
  const std::string path = path_of(digest);
  if (disk().link(path.c_str(), target.c_str()) == 0 || errno == EEXIST) return;
  if (errno == ENOENT)
    throw Error(ErrorKind::invalid,
                path + ": the code that was uploaded is not there any more; submit again");
  throw_errno("link " + path + " to " + target);
}

// Also removes temporary files that a killed deputy has left, because they have only one link, too.
void KeptCode::remove_unused(const std::set<std::string>& in_use) const {
  const std::int64_t old = to_unix(now() - kept_unused);
  std::set<std::string> kept;
  for (const std::string& digest : in_use) kept.insert(path_of(digest));
  for_each_file(directory_, [&](const std::string& path, const struct stat& found) {
    if (found.st_nlink == 1 && found.st_mtime < old && !kept.contains(path)) remove_file(path);
  });
}

}  // namespace trainyard
