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

}  // namespace

std::unique_ptr<UserFiles> LocalUsers::files_of(std::uint32_t, const ScratchPlace& scratch) {
  if (silent_) {
    ++silent_calls_;
    throw FilesAreSilent("the file system of your scratch does not answer (for 10 s)");
  }
  if (failing_calls_ > 0 && failing_calls_-- > 0) throw Error(ErrorKind::unavailable, "the disk has failed");
  return std::make_unique<LocalFiles>(ScratchRoot{scratch.base, scratch.path, {}});
}

std::unique_ptr<SchedulerActor> LocalUsers::jobs_of(std::uint32_t) {
  return std::make_unique<ActorOf>(scheduler_);
}

}  // namespace trainyard::testing
