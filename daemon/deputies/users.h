// Users: what the daemon asks to have done as a user. Calls block until it is done: none is made on the loop.
#pragma once
#include <memory>

#include "daemon/base/error.h"
#include "daemon/deputy/user_files.h"
#include "daemon/handover/scratch_place.h"
#include "plugins/scheduler.h"

namespace trainyard {

// The user's deputy for files did not answer in time: his file system hangs.
class FilesAreSilent : public Error {
 public:
  explicit FilesAreSilent(const std::string& why) : Error(ErrorKind::unavailable, why) {}
};

class Users {
 public:
  virtual ~Users() = default;

  // Files of that user, below this part of scratch.
  virtual std::unique_ptr<UserFiles> files_of(std::uint32_t uid, const ScratchPlace& scratch) = 0;
  // Jobs of that user.
  virtual std::unique_ptr<SchedulerActor> jobs_of(std::uint32_t uid) = 0;
};

}  // namespace trainyard
