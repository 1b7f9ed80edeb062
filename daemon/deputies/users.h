// Users: the interface by which the daemon has files and jobs changed with a user's rights. Calls of the
// objects that it returns block until the work is done, so none must be made on the loop.
#pragma once
#include <memory>

#include "daemon/base/error.h"
#include "daemon/deputy/user_files.h"
#include "daemon/handover/scratch_place.h"
#include "plugins/scheduler.h"

namespace trainyard {

// Thrown if the user's deputy for files did not answer by the deadline, because the user's file system hangs.
class FilesAreSilent : public Error {
 public:
  explicit FilesAreSilent(const std::string& why) : Error(ErrorKind::unavailable, why) {}
};

class Users {
 public:
  virtual ~Users() = default;

  // Returns access to that user's files below this part of scratch.
  virtual std::unique_ptr<UserFiles> files_of(std::uint32_t uid, const ScratchPlace& scratch) = 0;
  // Returns access to that user's jobs.
  virtual std::unique_ptr<SchedulerActor> jobs_of(std::uint32_t uid) = 0;
};

}  // namespace trainyard
