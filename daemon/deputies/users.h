// Users: gives access to what the daemon asks to have done with a user's rights. Calls block until it is
// done, so none is made on the loop.
#pragma once
#include <memory>

#include "daemon/base/error.h"
#include "daemon/deputy/user_files.h"
#include "daemon/handover/scratch_place.h"
#include "plugins/scheduler.h"

namespace trainyard {

// The user's deputy for files did not answer in time: the user's file system hangs.
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
