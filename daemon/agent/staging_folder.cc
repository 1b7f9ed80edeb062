#include "daemon/agent/staging_folder.h"

#include <sys/file.h>

#include <cerrno>

#include "daemon/base/directory.h"
#include "daemon/base/error.h"
#include "daemon/handover/layout.h"

namespace trainyard {

StagingFolder::StagingFolder(const std::string& data_set_directory)
    : directory_(data_set_directory), path_(join_path(data_set_directory, layout::staging_folder)) {
  make_directory(path_);
  lock_ = open_or_create(file("lock"));
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0) return;
  if (errno == EWOULDBLOCK)
    throw Error(ErrorKind::unavailable, path_ + ": another stage job of this data set is at work");
}

void StagingFolder::publish(const std::string& name) {
  rename_durably(file(name), join_path(directory_, name));
}

void StagingFolder::remove() { try_to_remove_tree(path_); }

}  // namespace trainyard
