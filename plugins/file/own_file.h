// OwnFile: writes and removes a file below a folder that other users can write to as well. All folders
// between this folder and the file belong to this user.
#pragma once
#include <sys/stat.h>

#include <string>

#include "daemon/base/fd.h"

namespace trainyard {

// Returns "/folder/" for "file:///folder/". Throws Error{invalid} for any other URL.
std::string path_of(const std::string& url);

// A file at `key`, a path below the folder `base`. Makes each folder of `key`, or checks that the existing
// one belongs to this user and is no link. Opens each folder relative to the one above it, so that no other
// user can replace it meanwhile. The file has a temporary name until commit(). Folders and file get the modes
// that the process's umask leaves, as with cp(1).
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
