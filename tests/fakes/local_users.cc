#include "tests/fakes/local_users.h"

#include "daemon/deputy/local_files.h"

namespace trainyard::testing {
namespace {

// Passes all calls on to the FakeScheduler, which must live longer than this object.
class ActorOf final : public SchedulerActor {
 public:
  explicit ActorOf(FakeScheduler& scheduler) : scheduler_(scheduler) {}
  QueuedJob submit(const JobRequest& request, SendBefore send_before) override {
    return scheduler_.submit(request, send_before);
  }
  std::vector<JobStatus> find(const std::set<Token>& tokens, std::uint32_t uid, UtcSeconds since) override {
    return scheduler_.find(tokens, uid, since);
  }
  void release(const JobKey& job, const Token& token, SendBefore send_before) override {
    scheduler_.release(job, token, send_before);
  }
  void cancel(const JobKey& job, const Token& token, SendBefore send_before) override {
    scheduler_.cancel(job, token, send_before);
  }
  std::vector<PlanDrift> apply_plans(const std::vector<PlanLimit>& plans) override {
    return scheduler_.apply_plans(plans);
  }

 private:
  FakeScheduler& scheduler_;
};

// The files of this process's user, on a disk with as many free bytes, and with keys that stores accept or
// refuse, as the test says.
class FilesOnDisk final : public LocalFiles {
 public:
  FilesOnDisk(const ScratchRoot& root, std::int64_t free_bytes, bool refuses_credentials,
              std::atomic<int>& credential_checks)
      : LocalFiles(root),
        free_bytes_(free_bytes),
        refuses_credentials_(refuses_credentials),
        credential_checks_(credential_checks) {}
  std::int64_t free_bytes() override { return free_bytes_; }
  void check_credentials(const std::string& url, const StoreAccess&) override {
    ++credential_checks_;
    if (refuses_credentials_)
      throw Error(ErrorKind::no_credentials,
                  url + ": no keys; add some with: trainyard credential add cellar");
  }

 private:
  std::int64_t free_bytes_;
  bool refuses_credentials_;
  std::atomic<int>& credential_checks_;
};

}  // namespace

std::unique_ptr<UserFiles> LocalUsers::files_of(std::uint32_t, const ScratchPlace& scratch) {
  if (silent_) {
    ++silent_calls_;
    throw FilesAreSilent("the file system of your scratch does not answer (for 10 s)");
  }
  if (failing_calls_ > 0 && failing_calls_-- > 0) throw Error(ErrorKind::unavailable, "the disk has failed");
  return std::make_unique<FilesOnDisk>(ScratchRoot{scratch.base, scratch.path, {}}, free_bytes_,
                                       refuses_credentials_, credential_checks_);
}

std::unique_ptr<SchedulerActor> LocalUsers::jobs_of(std::uint32_t) {
  return std::make_unique<ActorOf>(scheduler_);
}

}  // namespace trainyard::testing
