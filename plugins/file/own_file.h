// A file below a folder that others may write to as well, on a way that is this user's alone.
#pragma once
#include <sys/stat.h>

#include <string>

#include "daemon/base/fd.h"

namespace trainyard {

// "/folder/" of "file:///folder/"; Error{invalid} for any other URL.
std::string path_of(const std::string& url);

// Every folder that the key names is made by this user, or was found to be this user's and no link. They stay
// open, so nobody can put others in their place. The file is written beside its name. Folders and file have
// the modes that the process's umask leaves, as cp(1) would make them.
class OwnFile {
 public:
  // `base` ("file:///bucket/") is made where it is not there. Error{denied} naming the folder, whose it is,
  // and what to do about it.
  OwnFile(const std::string& base, const std::string& key);
  ~OwnFile();  // without commit(): nothing is left
  OwnFile(const OwnFile&) = delete;
  OwnFile& operator=(const OwnFile&) = delete;

  int fd() const { return fd_.get(); }

  // fsync, rename to its name, fsync of the folder. What was written.
  struct stat commit();

 private:
  UniqueFd folder_, fd_;
  std::string name_, beside_;
  bool committed_ = false;
};

}  // namespace trainyard
