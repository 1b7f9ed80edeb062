#include "daemon/agent/checkpoint.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "daemon/base/copy_contents.h"
#include "daemon/base/directory.h"
#include "daemon/base/disk.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

struct stat status_of(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) throw_errno("stat " + path);
  return found;
}

bool is_there(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw_errno("stat " + path);
}

// Returns the existing ".../attempts/<n>/checkpoint" with the largest n up to that of `from`.
std::optional<std::string> nearest_checkpoint(const std::string& from) {
  const fs::path folder = from;
  const auto last_attempt = whole_number<int>(folder.parent_path().filename().string());
  if (!last_attempt) return is_there(from) ? std::optional(from) : std::nullopt;
  for (int attempt = *last_attempt; attempt >= 1; --attempt) {
    const fs::path attempts = folder.parent_path().parent_path();
    const std::string candidate = attempts / std::to_string(attempt) / folder.filename();
    if (is_there(candidate)) return candidate;
  }
  return std::nullopt;
}

void set_times(const std::string& path, const struct stat& like) {
  const timespec times[] = {like.st_atim, like.st_mtim};
  if (disk().set_times(path.c_str(), times) != 0) throw_errno("set the time of " + path);
}

class Copy {
 public:
  void copy(const std::string& from, const std::string& to) {
    const struct stat status = status_of(from);
    switch (status.st_mode & S_IFMT) {
      case S_IFDIR:
        return copy_folder(from, to, status);
      case S_IFREG:
        return copy_file(from, to, status);
      case S_IFLNK:
        return copy_link(from, to, status);
      default:
        log_warning("{} is no file, folder or link; it is not taken over", from);
    }
  }

 private:
  void copy_folder(const std::string& from, const std::string& to, const struct stat& status) {
    make_directory(to);
    std::error_code error;
    for (fs::directory_iterator entry(from, error), end; !error && entry != end; entry.increment(error))
      copy(entry->path(), fs::path(to) / entry->path().filename());
    if (error) {
      errno = error.value();
      throw_errno("list " + from);
    }
    set_directory_mode(to, status.st_mode & 07777);
    set_times(to, status);
  }

  void copy_file(const std::string& from, const std::string& to, const struct stat& status) {
    if (status.st_nlink > 1) {
      auto [known, is_new] = copied_.try_emplace({status.st_dev, status.st_ino}, to);
      if (!is_new && disk().link(known->second.c_str(), to.c_str()) == 0) return;
    }
    const UniqueFd source = open_regular_file(from, LastLink::refuse);
    const UniqueFd target(disk().create(AT_FDCWD, to.c_str(), 0600));
    if (!target) throw_errno("create " + to);
    copy_contents(source.get(), target.get(), from);
    if (disk().set_mode(target.get(), status.st_mode & 07777) != 0) throw_errno("chmod " + to);
    set_times(to, status);
  }

  static void copy_link(const std::string& from, const std::string& to, const struct stat& status) {
    std::error_code error;
    const fs::path target = fs::read_symlink(from, error);
    errno = error.value();
    if (error) throw_errno("read the link " + from);
    if (disk().symlink(target.c_str(), to.c_str()) != 0) throw_errno("symlink " + to);
    set_times(to, status);
  }

  std::map<std::pair<dev_t, ino_t>, std::string> copied_;  // copies of files that have several hard links
};

}  // namespace

void take_over_checkpoint(const std::string& from, const std::string& to) {
  if (from.empty() || is_there(to)) return;
  const std::optional<std::string> source = nearest_checkpoint(from);
  if (!source) return;
  const std::string beside = to + ".being-copied";
  remove_tree(beside);  // left by a copy that was killed
  Copy().copy(*source, beside);
  sync_file_system(parent_of(to));
  rename_durably(beside, to);
  log_info("took over the checkpoint in {}", *source);
}

}  // namespace trainyard
