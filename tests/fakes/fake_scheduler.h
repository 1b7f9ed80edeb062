// FakeScheduler: a scheduler in memory, its reader and its actor in one, for tests of logic. It records what
// was asked; the test says what happens. Calls come from the lane, the test looks from its own thread while
// the lane is quiet, or through the lock.
#pragma once
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "plugins/scheduler.h"

namespace trainyard::testing {

class FakeScheduler : public SchedulerReader, public SchedulerActor {
 public:
  std::string describe() override { return "Fake 1.0, cluster test"; }
  CallCounts calls_last_minute() override { return {{"poll", polls()}}; }
  void count_deputy(const char*) override {}
  std::chrono::seconds message_timeout() override { return message_timeout_; }
  int most_array_tasks() override { return 1000; }
  UtcSeconds controller_started_at() override;
  void check_sees_all_jobs() override {}
  std::vector<JobStatus> look_up(std::uint32_t job_id, std::uint32_t uid) override;
  QueuedJob submit(const JobRequest& request, SendBefore send_before) override;
  std::vector<JobStatus> find(const std::set<Token>& tokens, std::uint32_t uid, UtcSeconds since) override;
  void release(const JobKey& job, const Token& token, SendBefore send_before) override;
  void cancel(const JobKey& job, const Token& token, SendBefore send_before) override;
  std::optional<std::vector<JobStatus>> poll(const std::string& prefix,
                                             const std::vector<JobKey>& known) override;
  std::map<JobKey, JobStatus> history_of(const std::vector<JobKey>& jobs) override;
  std::vector<JobStatus> history_since(const std::string& prefix, UtcSeconds since) override;
  std::vector<RefusedName> refused_names(const std::string& user, const std::set<std::string>& groups,
                                         const JobNames& names) override;
  std::map<std::string, std::string> default_accounts(const std::set<std::string>& users) override;
  std::vector<std::string> warnings() override;
  std::vector<PlanDrift> plan_drift(const std::vector<PlanLimit>& plans) override;
  std::vector<PlanDrift> apply_plans(const std::vector<PlanLimit>& plans) override;
  std::string failed_nodes(const std::string& nodes) override;

  // What the test does to jobs, by the end of their token ("-train"), of arrays with the task ("-train_3").
  void start(const std::string& token_end, UtcSeconds at, int gpus = 1);
  void end(const std::string& token_end, JobOutcome outcome, UtcSeconds at);
  void refuse(const std::string& token_end);        // the node does: cancelled by root as it starts
  void forget_start(const std::string& token_end);  // pending again, as after a controller's death
  void rename(const std::string& token_end, const std::string& name);
  void hold(const std::string& token_end, const std::string& reason);  // after it was released
  void give_jobs_to(std::uint32_t uid);                                // those that are submitted from now on
  void lose_on_release(bool lose);                                     // a job that is to be released is gone
  void lose_when_followed(bool lose);                                  // so is one that another is to follow
  void let_wait(const std::string& token_end, const std::string& reason,
                std::optional<UtcSeconds> expected_start = {});
  void suspend(const std::string& token_end, UtcSeconds since);
  void resume(const std::string& token_end, UtcSeconds at);
  void forget(const std::string& token_end);  // neither poll nor history knows it any more
  void hide_ended(bool hide);                 // poll does not show ended jobs, history does
  void set_message_timeout(std::chrono::seconds timeout);
  void break_nodes(const std::string& nodes);           // failed_nodes() names them
  void restart_controller(UtcSeconds at);               // controller_started_at() says so
  void go_away(bool away);                              // every call throws Error{unavailable}
  void lose_acknowledgements(bool lose);                // submit() queues the job, then throws
  void hear_late(bool late);                            // submit() throws; the next that does not queues both
  void say(const std::string& words);                   // of every job that is queued
  void make_room_for(int live_jobs);                    // submit() throws where there would be more
  void allow_only_account(const std::string& account);  // of names, that one alone is not refused

  void charge_by_default(const std::string& account);                     // of every user, by default
  void charge(const std::string& token_end, const std::string& account);  // the job is on record under it
  void warn(const std::string& warning);
  void record(const JobStatus& job);  // it is in the accounting, however it came there

  std::vector<JobRequest> submitted() const;  // everything ever submitted, in order
  std::vector<JobStatus> jobs() const;
  int polls() const;
  int names_checked() const;
  int finds() const;      // calls of find()
  int histories() const;  // calls of history_of()
  int live(const std::string& token_end) const;

 private:
  JobStatus& newest(const std::string& token_end);
  std::vector<JobStatus*> find_all(const JobKey& key);
  void check_there() const;
  void check_followed(const JobDependency& dependency);
  JobKey queue(const JobRequest& request);

  mutable std::mutex mutex_;
  std::chrono::seconds message_timeout_{0};
  std::vector<JobRequest> submitted_, unheard_;
  std::vector<JobStatus> jobs_;
  std::uint32_t next_id_ = 1;
  int polls_ = 0;
  std::optional<std::uint32_t> owner_of_jobs_;
  UtcSeconds started_at_{};
  std::map<std::string, int> plans_;  // GPUs by name
  std::string broken_nodes_;
  std::string only_account_;  // empty: any
  std::string default_account_;
  std::vector<std::string> warnings_;
  int names_checked_ = 0, finds_ = 0, histories_ = 0;
  bool ended_are_hidden_ = false;
  bool away_ = false, lose_ = false, late_ = false, gone_on_release_ = false, gone_when_followed_ = false;
  int room_ = 1'000'000;
  std::string said_;
  int live_jobs() const;
};

}  // namespace trainyard::testing
