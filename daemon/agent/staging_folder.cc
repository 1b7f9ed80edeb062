#include "daemon/agent/staging_folder.h"

#include <sys/file.h>

#include <cerrno>

#include "daemon/base/digest.h"
#include "daemon/base/directory.h"
#include "daemon/handover/layout.h"

namespace trainyard {

StagingFolder::StagingFolder(const std::string& data_set_directory)
    : directory_(data_set_directory), path_(join_path(data_set_directory, layout::staging_folder)) {
  make_directory(path_);
  lock_ = open_or_create(file("lock"));
  while (::flock(lock_.get(), LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    path_ += '-' + random_hex(8);
    make_directory(path_);
    return;
  }
}

void StagingFolder::publish(const std::string& name) {
  rename_durably(file(name), join_path(directory_, name));
}

void StagingFolder::remove() { try_to_remove_tree(path_); }

}  // namespace trainyard
