// Driver: moves runs and data sets on. It owns them, records every event before it acts on it, asks what is
// due (run/next_step) and has it done (steps/) in the lanes of the owner. All calls on the loop.
#pragma once
#include <exception>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/base/lanes.h"
#include "daemon/base/loop.h"
#include "daemon/base/workers.h"
#include "daemon/ledger/ledger.h"
#include "daemon/run/admission.h"
#include "daemon/run/next_step.h"
#include "daemon/steps/steps.h"

namespace trainyard {

struct DriverSettings {
  Plans plans;
  std::chrono::milliseconds poll_interval{2000};
  int max_jobs_in_slurm = 5000;
  std::int64_t max_live_runs_per_user = 20'000;
  std::chrono::seconds keep_runs{30 * 86400};  // how long after its end a run's directory stays
  std::int64_t cache_bytes = 0;                // of data sets on scratch; 0: no limit
  std::chrono::seconds noted_waits{10};        // a shorter wait is not in a run's history
  std::string scratch;                         // the pattern of users' parts of it (handover/scratch_place.h)
  std::chrono::seconds files_patience{
      600};  // a user whose files do not answer for so long gives his place back
};

// What POST /v1/runs asks for, the manifests already read.
struct SubmitRequest {
  Owner owner;
  std::string home;              // of the owner; empty where it is not known
  std::set<std::string> groups;  // of Unix, the owner's
  Submission submission;
  std::vector<Manifest> manifests;
  std::string code_digest;  // empty: none
  bool dry_run = false;
};

struct SubmitAnswer {
  std::vector<std::int64_t> run_ids;  // empty for a dry run
  bool repeated = false;              // the same client id had been accepted before
  int runs = 0, jobs = 0, gpus = 0;   // of all runs together
  struct DataSetPlan {
    std::string source, digest;
    std::string state;            // "ready", "staging", "wanted", "new"
    std::int64_t size_bytes = 0;  // of the objects
  };
  std::vector<DataSetPlan> data_sets;
  std::string plan;
  int plan_gpus = 0, plan_gpus_in_use = 0;  // 0 where there are no plans
};

class Driver {
 public:
  // `lane`: of one thread, for reading the scheduler. `lanes`: two for each user, for his steps.
  Driver(Loop& loop, Workers& lane, Workers& io, Lanes& lanes, Ledger& ledger, Steps& steps,
         DriverSettings settings);

  // Stops all three: what they do refers to this.
  ~Driver();

  // Loads what lives from the ledger and goes on with it; throws what the ledger throws.
  void recover();

  // New plans, intervals and limits, from SIGHUP on.
  void reconfigure(DriverSettings settings);

  // The answer to the same submission when it has been accepted already: its runs. Error{invalid} when its
  // client id stands for other contents.
  std::optional<SubmitAnswer> submitted_before(const Submission& submission) const;

  // Asks the scheduler whether the user may use what the manifests name, has the sources listed by his
  // deputy, then accepts all runs or none and answers once, on the loop. Failure: an Error in the
  // exception_ptr.
  void submit(SubmitRequest request, std::function<void(SubmitAnswer)> answer,
              std::function<void(std::exception_ptr)> failed);

  // Error{not_found}; a run that is over stays as it is.
  void cancel(std::int64_t run_id, const std::string& by);

  // Live ones from memory, ended ones from the ledger.
  std::optional<TrainingRun> find_run(std::int64_t run_id) const;
  std::size_t live_count() const { return runs_.size(); }
  std::optional<DataSet> find_data_set(const std::string& digest) const;
  ShownState shown_state(const TrainingRun& run) const;

  // Plan, data, or the scheduler's reason.
  WaitingFor waiting_for(const TrainingRun& run) const;
  // Of its train job, while that is pending; the scheduler's forecast, where it has one.
  std::optional<UtcSeconds> expected_start(const TrainingRun& run) const;

  // Where the scheduler's own limits differ from the plans. `apply_as`: and sets them, with the rights of
  // that user. Answers once, on the loop.
  void compare_plans(std::optional<std::uint32_t> apply_as,
                     std::function<void(std::vector<PlanDrift>)> answer,
                     std::function<void(std::exception_ptr)> failed);

  // While drained nothing new is admitted; survives a restart.
  void set_drained(bool drained);
  bool drained() const { return drained_; }

  struct Status {
    std::map<std::string, int> runs;              // live ones by shown state
    std::map<std::string, int> data_sets;         // by state
    std::map<std::string, PlanUse> plan_use;      // "free, user ada" → GPUs in use
    std::string scheduler;                        // "Slurm 22.05.8, cluster yard"; empty until it answered
    std::string scheduler_trouble;                // empty when the last call succeeded
    std::vector<std::string> scheduler_warnings;  // settings of it that an admin should change
    std::optional<UtcSeconds> polled_at;
    std::chrono::milliseconds poll_latency{0};   // of the last poll
    std::chrono::milliseconds poll_interval{0};  // until the next
    CallCounts scheduler_calls;                  // of the last minute, by kind, as of the last poll
    std::int64_t events = 0;
    Loop::Stall longest_stall;
  };
  Status status() const;

  // What one user's live runs are doing and hold.
  struct UserStatus {
    std::map<std::string, int> runs;    // by shown state
    std::map<std::string, int> in_use;  // GPUs by plan
  };
  UserStatus status_of(std::uint32_t uid) const;

  // What the scheduler's accounting has on record of our jobs since then; answers once, on the loop.
  void recorded_since(UtcSeconds since, std::function<void(std::vector<JobStatus>)> answer,
                      std::function<void(std::exception_ptr)> failed);
  // Charges a job of a run, live or ended, otherwise. Error{invalid}: it is not charged as it `was`.
  void correct(std::int64_t run_id, const Segment& was, const Segment& is, const std::string& reason);
  // Enters what a job of a run, live or ended, used, which is not in the ledger. False: it is there by now.
  bool enter_use(std::int64_t run_id, const event::Used& used);
  // The same of a stage job.
  bool enter_use(const std::string& digest, const event::Used& used);
  // Jobs whose uses are still to come.
  std::set<JobKey> uncharged_jobs() const;

  // A deputy of that user for Slurm is gone: what it may have sent, it has sent by now.
  void deputy_is_gone(std::uint32_t uid);

  // The part of scratch that a user's next run gets.
  ScratchPlace scratch_of(const Owner& owner, const std::string& home) const;

  // The digests of the code that this user's live runs name.
  std::set<std::string> code_in_use(std::uint32_t uid) const;

  // Called after every recorded event, on the loop: the log line, and tests.
  void on_event(std::function<void(const std::string& line)> observer);

 private:
  // What surrounds a run or a data set while it lives. Lost in a crash on purpose: its step is then done
  // again.
  struct Progress {
    bool busy = false;    // a step is under way
    int failures = 0;     // of the step, in a row
    std::string trouble;  // that the last of them told of; empty once the step succeeded
    Loop::Watch again;    // when it is due once more
    Doubt doubt;
    std::int64_t seen_from = 0;               // polls begun before this one cannot know its job
    std::map<JobKey, Sighting> sightings;     // its jobs while they run, by the polls
    std::optional<UtcSeconds> missing_since;  // a live job that the scheduler no longer shows
  };
  struct LiveRun : Progress {
    TrainingRun run;
    Seen seen;              // by the last poll
    std::string waits_for;  // at the last poll, and since when
    UtcSeconds waits_since{};
  };
  struct LiveDataSet : Progress {
    DataSet data_set;
    std::optional<JobStatus> ended_job;
  };

  // driver.cc: events
  bool record(std::int64_t run_id, const RunEvent& event);  // false: not durable, as if it had not happened
  bool record(const std::vector<std::pair<std::int64_t, RunEvent>>& events);  // all or none
  bool record(const std::string& digest, const DataSetEvent& event);
  bool record(const std::string& digest, const std::vector<DataSetEvent>& events);  // all or none
  void happened(TrainingRun after, const RunEvent& event);
  void tell(const std::string& line);  // the log and the observer

  // perform.cc: steps, runs of one array together
  void consider(std::int64_t run_id);
  void consider(const std::string& digest);
  std::vector<std::int64_t> due_together(const TrainingRun& run, Step step);
  bool went_in_parts(const TrainingRun& run) const;
  void run_step_done(const std::vector<std::int64_t>& run_ids, Step step, const RunsStepResult& result);
  void data_set_step_done(const std::string& digest, DataSetStepResult result);
  void run_step_failed(const std::vector<std::int64_t>& run_ids, Step step, std::exception_ptr error);
  void data_set_step_failed(const std::string& digest, Step step, std::exception_ptr error);
  template <class Id>
  void again_later(const Id& id, Progress& progress, std::chrono::seconds delay);
  void follow(std::int64_t run_id, const RunEvent& event);
  std::optional<Step> due(const LiveRun& live) const;
  void note_files(std::uint32_t uid, const ScratchPlace& scratch, Step step, bool are_silent);  // files.cc
  bool files_are_silent(std::uint32_t uid) const;                                               // files.cc
  void probe_silent_files();                                                                    // files.cc
  const DataSet* known_data_set(const TrainingRun& run) const;  // null: it names none, or one evicted
  std::optional<DataSet> data_set_of(const TrainingRun& run) const;

  void note_no_room(const std::vector<std::int64_t>& run_ids, const std::string& reason);  // room.cc
  std::int64_t oldest_submitted(std::uint32_t uid) const;                                  // room.cc
  const WaitingFor* no_room_for(std::uint32_t uid) const;                                  // room.cc

  // admit.cc
  void admit_soon();
  void admit_runs();
  std::vector<const TrainingRun*> live_runs() const;

  // poll.cc: what the scheduler says of our jobs
  void poll_soon(std::chrono::milliseconds delay);
  void poll();
  struct PollAnswer;
  void polled(std::int64_t number, PollAnswer answer);
  std::chrono::milliseconds poll_interval() const;
  void examine(std::int64_t number);
  void examine(LiveRun& live, std::int64_t number);
  void examine(LiveDataSet& live, std::int64_t number);
  void see_live_train_job(LiveRun& live, const JobStatus& job);
  struct Missing;
  void trace(Progress& progress, const Missing& missing, std::function<void(JobStatus)> ended);
  void note_controller(UtcSeconds started_at);
  void record_end(std::int64_t run_id, const event::Ended& ended);
  std::vector<std::pair<std::int64_t, RunEvent>> with_uses(
      const std::vector<std::pair<std::int64_t, RunEvent>>& events) const;
  void charge_what_an_earlier_release_left();
  void note_waits();  // waiting.cc
  struct Expected;
  Expected expected_jobs() const;
  void cancel_strays();

  // accept.cc
  void list_and_accept(const std::shared_ptr<SubmitRequest>& request,
                       std::function<void(SubmitAnswer)> answer,
                       std::function<void(std::exception_ptr)> failed);
  SubmitAnswer accept(const SubmitRequest& request, const std::vector<SourceList>& sources);
  std::vector<SourceList> list_all(const SubmitRequest& request, const ScratchPlace& scratch) const;

  // names.cc: accounts, partitions and QOS in manifests
  struct NameCheck;
  struct NameAnswer;
  void check_names(const SubmitRequest& request, std::function<void()> go_on,
                   const std::function<void(std::exception_ptr)>& failed);
  std::set<JobNames> names_to_check(const SubmitRequest& request) const;
  void remember_allowed(const std::string& user, const std::set<JobNames>& names);
  bool needs_default_account(const SubmitRequest& request) const;
  // As asked for, else the user's default one; empty where that is not known.
  std::string account_of(const Manifest& manifest, const Owner& owner) const;

  // housekeeping.cc: run directories past their time, data sets beyond the cache's size
  void keep_house();
  void remove_old_runs();
  void evict_data_sets();
  void evict(LiveDataSet& live);
  void evicted(const std::string& digest);

  Loop& loop_;
  Workers& lane_;
  Workers& io_;
  Lanes& lanes_;
  Ledger& ledger_;
  Steps& steps_;
  DriverSettings settings_;
  bool drained_ = false;

  std::map<std::int64_t, LiveRun> runs_;          // that are not over
  std::map<std::string, LiveDataSet> data_sets_;  // that are not evicted
  std::map<std::int64_t, WaitingFor> waiting_;    // queued runs
  std::size_t queued_ = 0;                        // of runs_, those that wait to be admitted
  Loop::Watch admission_timer_;
  std::chrono::steady_clock::time_point next_admission_{};
  std::map<std::pair<std::string, JobNames>, UtcSeconds> names_allowed_;  // user and names → when

  struct DefaultAccount {
    std::string account;
    UtcSeconds at{};  // when the scheduler said so
  };
  std::map<std::string, DefaultAccount> default_accounts_;  // by user

  std::map<JobKey, JobStatus> snapshot_;  // the last poll that brought news
  UtcSeconds controller_started_at_{};
  std::set<std::int64_t> removal_failed_;  // runs whose directories could not be removed
  std::set<JobKey> traced_;                // missing there, and being asked for elsewhere
  std::int64_t polls_begun_ = 0;
  bool poll_failed_ = false;
  std::optional<UtcSeconds> polled_at_;
  UtcSeconds poll_asked_at_{};  // when the last poll that was answered asked
  std::chrono::milliseconds poll_latency_{0};
  CallCounts calls_;
  std::string scheduler_, trouble_;
  std::vector<std::string> scheduler_warnings_;
  Loop::Watch poll_timer_, house_timer_;

  struct SilentFiles {
    UtcSeconds since{};
    ScratchPlace scratch;
    bool is_probed = false;  // just now
  };
  std::map<std::uint32_t, SilentFiles> silent_files_;  // by uid

  struct Crowd {
    std::int64_t first = 0;  // the run that others wait for
    WaitingFor waiting;      // what they are told
  };
  std::map<std::uint32_t, Crowd> crowds_;  // by uid
  std::function<void(const std::string&)> observer_;
};

}  // namespace trainyard
