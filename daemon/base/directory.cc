#include "daemon/base/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>

#include "daemon/base/disk.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

UniqueFd open_directory(const std::string& path) { return open_file(path, O_RDONLY | O_DIRECTORY); }

void sync_directory(const UniqueFd& folder, const std::string& path) {
  if (disk().sync(folder.get()) != 0) throw_errno("fsync " + path);
}

// Opens the folder `name` in `parent`, so that its contents can be removed. If the folder's mode denies its
// owner access, sets the mode to private_folder_mode first. Does not follow a symbolic link. `path` is for
// error messages.
UniqueFd open_to_empty(int parent, const std::string& name, const std::string& path) {
  const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd folder(::openat(parent, name.c_str(), flags));
  if (!folder && errno == EACCES && ::fchmodat(parent, name.c_str(), private_folder_mode, 0) == 0)
    folder = UniqueFd(::openat(parent, name.c_str(), flags));
  if (!folder) throw_errno("open " + path);
  struct stat found {};
  if (::fstat(folder.get(), &found) != 0) throw_errno("stat " + path);
  const bool is_open = (found.st_mode & private_folder_mode) == private_folder_mode;
  // EPERM is ignored: the folder is another user's, but its mode might let us remove its contents all the
  // same.
  if (!is_open && disk().set_mode(folder.get(), private_folder_mode) != 0 && errno != EPERM)
    throw_errno("chmod " + path);
  return folder;
}

struct CloseDirectory {
  void operator()(DIR* entries) const { ::closedir(entries); }
};

bool is_absence(int error) { return error == ENOENT || error == ENOTDIR; }

void remove_entry(int parent, const std::string& name, const std::string& path);

void remove_entries(UniqueFd folder, const std::string& path) {
  std::unique_ptr<DIR, CloseDirectory> entries(::fdopendir(folder.get()));
  if (!entries) throw_errno("list " + path);
  folder.release();  // the directory stream owns the descriptor now
  const int directory = ::dirfd(entries.get());
  for (errno = 0; const dirent* entry = ::readdir(entries.get()); errno = 0) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") remove_entry(directory, name, join_path(path, name));
  }
  if (errno != 0) throw_errno("list " + path);
}

void remove_entry(int parent, const std::string& name, const std::string& path) {
  if (disk().remove(parent, name.c_str(), 0) == 0 || is_absence(errno)) return;
  if (errno != EISDIR) throw_errno("remove " + path);
  remove_entries(open_to_empty(parent, name, path), path);
  if (disk().remove(parent, name.c_str(), AT_REMOVEDIR) != 0 && !is_absence(errno))
    throw_errno("remove " + path);
}

}  // namespace

void make_directory(const std::string& path, unsigned mode) {
  if (disk().make_directory(AT_FDCWD, path.c_str(), mode) != 0 && errno != EEXIST)
    throw_errno("mkdir " + path);
}

void make_directories(const std::string& path, unsigned mode) {
  if (disk().make_directory(AT_FDCWD, path.c_str(), mode) == 0 || errno == EEXIST) return;
  const int error = errno;
  if (error == ENOENT && parent_of(path) != path) {
    make_directories(parent_of(path), mode);
    return make_directory(path, mode);
  }
  // If the user may not write to the parent, mkdir(2) on NFS fails with another errno than EEXIST even if the
  // folder exists.
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return;
  errno = error;
  throw_errno("mkdir " + path);
}

void set_directory_mode(const std::string& path, unsigned mode) {
  if (disk().set_mode(open_directory(path).get(), mode) != 0) throw_errno("chmod " + path);
}

void fsync_directory(const std::string& path) { sync_directory(open_directory(path), path); }

void rename_durably(const std::string& from, const std::string& to) {
  const std::string parent = parent_of(to);
  const UniqueFd folder = open_directory(parent);  // opened first: if that fails, nothing was renamed
  if (disk().rename(AT_FDCWD, from.c_str(), to.c_str()) != 0) throw_errno("rename " + from + " to " + to);
  sync_directory(folder, parent);
}

void remove_file(const std::string& path) {
  if (disk().remove(AT_FDCWD, path.c_str(), 0) != 0 && !is_absence(errno)) throw_errno("remove " + path);
}

void remove_tree(const std::string& path) { remove_entry(AT_FDCWD, path, path); }

bool try_to_remove_tree(const std::string& path) noexcept {
  try {
    remove_tree(path);
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace trainyard
