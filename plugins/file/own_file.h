// OwnFile: writes and removes a file below a folder that other users can write to as well. All folders
// between them belong to this user.
#pragma once
#include <sys/stat.h>

#include <string>

#include "daemon/base/fd.h"

namespace trainyard {

// Returns "/folder/" for "file:///folder/". Throws Error{invalid} for any other URL.
std::string path_of(const std::string& url);

// A file at `key` below `base`. Every folder that the key names is made by this user, or is checked to belong
// to this user and to be no link. Each folder is opened relative to the one above it, so that nobody can put
// another in its place. The file is written under a temporary name beside its own name. Folders and file have
// the modes that the process's umask leaves, as cp(1) would make them.
class OwnFile {
 public:
  // Makes `base` ("file:///bucket/") if it is missing. Throws Error{denied}, naming the folder, its owner and
  // the remedy, if a folder in the key is not this user's.
  OwnFile(const std::string& base, const std::string& key);
  ~OwnFile();  // removes the file unless commit() was called
  OwnFile(const OwnFile&) = delete;
  OwnFile& operator=(const OwnFile&) = delete;

  int fd() const { return fd_.get(); }

  // Fsyncs the file, renames it to its own name and fsyncs the folder. Returns the status of the file.
  struct stat commit();

 private:
  UniqueFd folder_, fd_;
  std::string name_, beside_;
  bool committed_ = false;
};

// Removes the file at `key` below `base`, with the same checks of the folders; makes none. A link in its
// place is removed, and not what it names. No error if nothing has this name.
void remove_own_file(const std::string& base, const std::string& key);

}  // namespace trainyard
