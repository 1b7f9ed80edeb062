// LocalUsers: Users without deputies, for tests: this process accesses the users' files itself, and their
// jobs are those of a FakeScheduler.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>

#include "daemon/deputies/users.h"
#include "tests/fakes/fake_scheduler.h"

namespace trainyard::testing {

class LocalUsers final : public Users {
 public:
  explicit LocalUsers(FakeScheduler& scheduler) : scheduler_(scheduler) {}

  std::unique_ptr<UserFiles> files_of(std::uint32_t uid, const ScratchPlace& scratch) override;
  std::unique_ptr<SchedulerActor> jobs_of(std::uint32_t uid) override;

  // If `silent`, files_of() throws FilesAreSilent, as for a file system that hangs. May be called from any
  // thread.
  void silence_files(bool silent) { silent_ = silent; }
  int silent_calls() const { return silent_calls_; }  // calls that threw FilesAreSilent
  // The next calls of files_of() throw Error{unavailable}.
  void fail_next(int calls) { failing_calls_ = calls; }
  int calls_to_fail() const { return failing_calls_; }  // of those that are left
  // Scratch has this many free bytes, whatever the disk has. May be called from any thread.
  void set_free_bytes(std::int64_t bytes) { free_bytes_ = bytes; }
  // If `refuse`, stores accept no requests of the users: check_credentials() throws Error{no_credentials}.
  // May be called from any thread.
  void refuse_credentials(bool refuse) { refuses_credentials_ = refuse; }
  int credential_checks() const { return credential_checks_; }  // calls of check_credentials()

 private:
  FakeScheduler& scheduler_;
  std::atomic<bool> silent_ = false;
  std::atomic<int> silent_calls_ = 0;
  std::atomic<int> failing_calls_ = 0;
  std::atomic<std::int64_t> free_bytes_ = std::int64_t{1} << 50;
  std::atomic<bool> refuses_credentials_ = false;
  std::atomic<int> credential_checks_ = 0;
};

}  // namespace trainyard::testing
