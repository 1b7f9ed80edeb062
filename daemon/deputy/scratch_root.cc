#include "daemon/deputy/scratch_root.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/base/disk.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

// Decodes a path of /proc/self/mountinfo, which has blanks and backslashes in octal: "/mnt/a\040b".
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 3 >= text.size()) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>(std::stoi(text.substr(i + 1, 3), nullptr, 8));
    i += 3;
  }
  return plain;
}

bool lies_below(const std::string& path, const std::string& folder) {
  return folder == "/" || path == folder || path.starts_with(folder + "/");
}

// Returns the paths of the folders from the one directly below root.base down to root.path.
std::vector<std::string> components(const ScratchRoot& root) {
  std::vector<std::string> folders;
  std::string folder = root.base;
  for (const fs::path& name : fs::path(root.path).lexically_relative(root.base)) {
    folder = join_path(folder, name.string());
    folders.push_back(folder);
  }
  return folders;
}

void check_is_own(const std::string& folder, const struct stat& found) {
  if (!S_ISDIR(found.st_mode))
    throw Error(ErrorKind::denied, folder + ": is no folder (a link?); scratch must be folders of your own");
  if (found.st_uid != ::geteuid() && found.st_uid != 0)
    throw Error(ErrorKind::denied, folder + ": belongs to uid " + std::to_string(found.st_uid) +
                                       ", not to you: ask an admin to give it to you");
  if ((found.st_mode & S_IWOTH) != 0)
    throw Error(ErrorKind::denied,
                folder + ": everybody may write to it; take that away: chmod o-w " + folder);
}

void make_own(const std::string& folder) {
  struct stat found {};
  if (::lstat(folder.c_str(), &found) == 0) return check_is_own(folder, found);
  if (errno != ENOENT) throw_errno("look at " + folder);
  if (disk().make_directory(AT_FDCWD, folder.c_str(), 0700) != 0 && errno != EEXIST) {
    if (errno == EACCES)
      throw Error(
          ErrorKind::denied,
          folder + ": is not there, and you may not make it: ask an admin to make it for you, mode 0700");
    throw_errno("mkdir " + folder);
  }
}

}  // namespace

Mount mount_of(const std::string& path) {
  // The fields of a line: id parent device root mount_point options [optional...] - type source options
  std::ifstream mounts("/proc/self/mountinfo");
  Mount best;
  std::string best_folder, line;
  while (std::getline(mounts, line)) {
    std::istringstream words(line);
    std::string word, folder, type, source;
    for (int i = 0; i < 4; ++i) words >> word;
    words >> folder;
    while (words >> word && word != "-") {
    }
    words >> type >> source;
    folder = unescaped(folder);
    if (!lies_below(path, folder) || folder.size() < best_folder.size()) continue;
    best_folder = folder;
    best = {unescaped(source), type};
  }
  return best;
}

ScratchState enter_scratch(const ScratchRoot& root) {
  ScratchState state;
  state.mount = mount_of(root.path);
  if (root.mount && *root.mount != state.mount)
    throw Error(ErrorKind::unavailable, root.path + ": not mounted: there should be " + root.mount->source +
                                            " (" + root.mount->type + "), and there is " +
                                            state.mount.source + " (" + state.mount.type + ")");
  for (const std::string& folder : components(root)) make_own(folder);
  const std::string marker = join_path(root.path, layout::scratch_marker);
  if (::access(marker.c_str(), F_OK) == 0) return state;
  if (errno != ENOENT) throw_errno("look at " + marker);
  state.was_purged = root.mount.has_value();
  write_atomically(marker, "Made by Trainyard. Do not remove: without it this folder counts as emptied.\n");
  return state;
}

}  // namespace trainyard
