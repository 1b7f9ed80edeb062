#include "plugins/file/own_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "daemon/base/digest.h"
#include "daemon/base/directory.h"
#include "daemon/base/disk.h"
#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr const char* remedy = "have it removed, or name another target in [results]";

std::vector<std::string> components_of(const std::string& key) {
  std::vector<std::string> components = split(key, '/');
  const bool names_a_file = std::none_of(components.begin(), components.end(), [](const std::string& part) {
    return part.empty() || part == "." || part == "..";
  });
  if (!names_a_file || key.find('\0') != std::string::npos)
    throw Error(ErrorKind::invalid, "key \"" + key + "\": names no object below its folder");
  return components;
}

// Opens the folder of the URL `base`, and makes it if it is missing. Its path may have links, and any user
// may own it, because an admin or the user chose this folder. The folder need not be readable (mode 1733),
// unless the file is directly in it: then it must be opened for reading to be fsynced.
UniqueFd open_base(const std::string& base, bool holds_the_file) {
  return open_file(path_of(base), (holds_the_file ? O_RDONLY : O_PATH) | O_DIRECTORY);
}

void check_owner(int folder, const std::string& shown) {
  struct stat found {};
  if (::fstat(folder, &found) != 0) throw_errno("stat " + shown);
  if (found.st_uid == ::geteuid()) return;
  throw Error(ErrorKind::denied, shown + " belongs to uid " + std::to_string(found.st_uid) + ", not to uid " +
                                     std::to_string(::geteuid()) + " whose results these are; " + remedy);
}

UniqueFd open_own_folder(int parent, const std::string& name, const std::string& shown) {
  UniqueFd folder(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder && (errno == ELOOP || errno == ENOTDIR))
    throw Error(ErrorKind::denied, shown + " is a link or a file in the place of a folder; " + remedy);
  if (!folder && errno == EACCES)
    throw Error(ErrorKind::denied,
                shown + " is closed to uid " + std::to_string(::geteuid()) + "; " + remedy);
  if (!folder) throw_errno("open " + shown);
  check_owner(folder.get(), shown);
  return folder;
}

UniqueFd make_own_folder(int parent, const std::string& name, const std::string& shown) {
  if (disk().make_directory(parent, name.c_str(), 0777) != 0 && errno != EEXIST) throw_errno("make " + shown);
  return open_own_folder(parent, name, shown);
}

// Opens the folders of `components`, each below the one before, from `folder` on, whose URL is `shown`.
UniqueFd descend(UniqueFd folder, const std::vector<std::string>& components, std::string shown,
                 UniqueFd (*open)(int parent, const std::string& name, const std::string& shown)) {
  for (const std::string& component : components) {
    shown += component;
    folder = open(folder.get(), component, shown);
    shown += '/';
  }
  return folder;
}

}  // namespace

std::string path_of(const std::string& url) {
  constexpr std::string_view scheme = "file://";
  if (url.compare(0, scheme.size() + 1, "file:///") != 0 || url.find('\0') != std::string::npos)
    throw Error(ErrorKind::invalid, url + ": not a file:// URL with a whole path; write file:///folder/name");
  return url.substr(scheme.size());
}

OwnFile::OwnFile(const std::string& base, const std::string& key) {
  std::vector<std::string> components = components_of(key);
  name_ = components.back();
  components.pop_back();
  make_directories(path_of(base), 0777);
  folder_ = descend(open_base(base, components.empty()), components, base, make_own_folder);
  beside_ = name_ + ".tmp-" + random_hex(3);
  fd_ = UniqueFd(disk().create(folder_.get(), beside_.c_str(), 0666));
  if (!fd_) throw_errno("create " + base + key);
}

OwnFile::~OwnFile() {
  if (fd_ && !committed_) disk().remove(folder_.get(), beside_.c_str(), 0);
}

struct stat OwnFile::commit() {
  struct stat written {};
  if (disk().sync(fd_.get()) != 0) throw_errno("fsync " + beside_);
  if (::fstat(fd_.get(), &written) != 0) throw_errno("stat " + beside_);
  if (disk().rename(folder_.get(), beside_.c_str(), name_.c_str()) != 0)
    throw_errno("rename " + beside_ + " to " + name_);
  committed_ = true;
  if (disk().sync(folder_.get()) != 0) throw_errno("fsync the folder of " + name_);
  return written;
}

void remove_own_file(const std::string& base, const std::string& key) {
  std::vector<std::string> components = components_of(key);
  const std::string name = components.back();
  components.pop_back();
  try {
    const UniqueFd folder = descend(open_base(base, components.empty()), components, base, open_own_folder);
    if (disk().remove(folder.get(), name.c_str(), 0) != 0) throw_errno("remove " + name);
    if (disk().sync(folder.get()) != 0) throw_errno("fsync the folder of " + name);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::not_found) throw;
  }
}

}  // namespace trainyard
