#include "daemon/base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "daemon/base/digest.h"
#include "daemon/base/directory.h"
#include "daemon/base/disk.h"

namespace trainyard {

AtomicFile::AtomicFile(const std::string& path, unsigned mode) : path_(path), mode_(mode) {
  do {
    beside_ = path + ".tmp-" + random_hex(3);
    fd_ = UniqueFd(disk().create(AT_FDCWD, beside_.c_str(), 0600));
  } while (!fd_ && errno == EEXIST);
  if (!fd_) throw_errno("create " + path_);
}

AtomicFile::~AtomicFile() {
  if (!is_renamed_) disk().remove(AT_FDCWD, beside_.c_str(), 0);
}

void AtomicFile::write(std::string_view bytes) { write_file(fd_.get(), bytes, path_); }

void AtomicFile::set_mode() {
  if (disk().set_mode(fd_.get(), mode_) != 0) throw_errno("chmod " + beside_);
}

void AtomicFile::sync() {
  set_mode();
  if (disk().sync(fd_.get()) != 0) throw_errno("fsync " + beside_);
  fd_.reset();
}

void AtomicFile::commit_as(const std::string& path) {
  sync();
  rename_durably(beside_, path);
  is_renamed_ = true;
}

bool AtomicFile::commit_unless_there() {
  sync();
  if (disk().link(beside_.c_str(), path_.c_str()) != 0) {
    if (errno == EEXIST) return false;
    throw_errno("link " + beside_ + " to " + path_);
  }
  fsync_directory(parent_of(path_));
  return true;
}

void AtomicFile::commit_for_later_sync() {
  set_mode();
  if (disk().rename(AT_FDCWD, beside_.c_str(), path_.c_str()) != 0)
    throw_errno("rename " + beside_ + " to " + path_);
  is_renamed_ = true;
}

}  // namespace trainyard
