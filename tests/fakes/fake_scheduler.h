// FakeScheduler: a scheduler in memory, its reader and its actor in one object, for tests without Slurm. It
// records the calls; the test says what happens to the jobs. The code under test calls it from a lane's
// thread, the test from its own. A lock protects the state, but not the message timeout.
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

  // The test changes jobs by these functions. `token_end` is the end of a job's token ("-train"), for a task
  // of an array with its number ("-train_3"). It means the newest such job.
  void start(const std::string& token_end, UtcSeconds at, int gpus = 1);
  void end(const std::string& token_end, JobOutcome outcome, UtcSeconds at);
  void refuse(const std::string& token_end);        // as if a node refused it: root cancels it at its start
  void forget_start(const std::string& token_end);  // pending again, as after slurmctld was killed
  void rename(const std::string& token_end, const std::string& name);
  void hold(const std::string& token_end, const std::string& reason);  // holds a released job again
  void give_jobs_to(std::uint32_t uid);  // the owner of all jobs submitted from now on
  void lose_on_release(bool lose);       // release() finds its job gone
  void lose_when_followed(bool lose);    // submit() finds the job of its dependency gone
  void let_wait(const std::string& token_end, const std::string& reason,
                std::optional<UtcSeconds> expected_start = {});
  void suspend(const std::string& token_end, UtcSeconds since);
  void resume(const std::string& token_end, UtcSeconds at);
  void forget(const std::string& token_end);  // neither poll() nor the history knows the job any more
  void hide_ended(bool hide);                 // poll() leaves out ended jobs, the history does not
  void set_message_timeout(std::chrono::seconds timeout);
  void break_nodes(const std::string& nodes);           // failed_nodes() returns `nodes`
  void restart_controller(UtcSeconds at);               // controller_started_at() returns `at`
  void go_away(bool away);                              // every call throws Error{unavailable}
  void lose_acknowledgements(bool lose);                // submit() queues the job, then throws
  void hear_late(bool late);                            // submit() throws; a later submit() queues the job
  void say(const std::string& words);                   // submit() returns `words` with each job's id
  void make_room_for(int live_jobs);                    // submit() throws NoRoom if there would be more
  void allow_only_account(const std::string& account);  // refused_names() refuses all other accounts

  void charge_by_default(const std::string& account);                     // the default account of all users
  void charge(const std::string& token_end, const std::string& account);  // sets the job's account
  void warn(const std::string& warning);
  void record(const JobStatus& job);  // adds a job that was not submitted by submit()

  std::vector<JobRequest> submitted() const;  // all requests that were queued, in order
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
  std::map<std::string, int> plans_;  // name of a plan → its GPUs
  std::string broken_nodes_;
  std::string only_account_;  // empty: all accounts are permitted
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
