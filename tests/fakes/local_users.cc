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

// The files of this process's user, on a disk with as many free bytes as the test says.
class FilesOnDisk final : public LocalFiles {
 public:
  FilesOnDisk(const ScratchRoot& root, std::int64_t free_bytes) : LocalFiles(root), free_bytes_(free_bytes) {}
  std::int64_t free_bytes() override { return free_bytes_; }

 private:
  std::int64_t free_bytes_;
};

}  // namespace

std::unique_ptr<UserFiles> LocalUsers::files_of(std::uint32_t, const ScratchPlace& scratch) {
  if (silent_) {
    ++silent_calls_;
    throw FilesAreSilent("the file system of your scratch does not answer (for 10 s)");
  }
  if (failing_calls_ > 0 && failing_calls_-- > 0) throw Error(ErrorKind::unavailable, "the disk has failed");
  return std::make_unique<FilesOnDisk>(ScratchRoot{scratch.base, scratch.path, {}}, free_bytes_);
}

std::unique_ptr<SchedulerActor> LocalUsers::jobs_of(std::uint32_t) {
  return std::make_unique<ActorOf>(scheduler_);
}

}  // namespace trainyard::testing
