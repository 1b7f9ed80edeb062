// LocalUsers: Users whose files this process touches itself, and whose jobs are a fake scheduler's.
#pragma once
#include <atomic>
#include <memory>

#include "daemon/deputies/users.h"
#include "tests/fakes/fake_scheduler.h"

namespace trainyard::testing {

class LocalUsers final : public Users {
 public:
  explicit LocalUsers(FakeScheduler& scheduler) : scheduler_(scheduler) {}

  std::unique_ptr<UserFiles> files_of(std::uint32_t uid, const ScratchPlace& scratch) override;
  std::unique_ptr<SchedulerActor> jobs_of(std::uint32_t uid) override;

  // Files answer no more: FilesAreSilent, as of a file system that hangs. Any thread.
  void silence_files(bool silent) { silent_ = silent; }

 private:
  FakeScheduler& scheduler_;
  std::atomic<bool> silent_ = false;
};

}  // namespace trainyard::testing
