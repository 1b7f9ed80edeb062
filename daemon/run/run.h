// TrainingRun: a training run, as computed from its events. Plain values and pure functions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/lazy.h"
#include "daemon/run/events.h"

namespace trainyard {

// The state of a run. In the first seven states the run has a next step, or waits for admission or for a
// poll. The last three states are final.
enum class RunState {
  queued,     // accepted; waits for room in its plan, or for its data set
  admitted,   // an attempt has begun: its train job might already be in the scheduler
  submitted,  // the train job is recorded, and held in the scheduler
  released,   // train and store jobs proceed without the daemon; the data set might not be staged yet
  running,
  ended,    // the train job has ended; what its end means is not decided yet
  storing,  // the end is decided (event::Settled); the results are being stored
  completed,
  failed,
  cancelled,
};

// One job of an attempt. An unset or empty field is not known yet.
struct RunJob {
  JobKey key;
  std::optional<UtcSeconds> started_at, ended_at;
  std::optional<JobStatus> end;            // the job's end, in the scheduler's terms
  std::optional<UtcSeconds> end_known_at;  // when the daemon learned of the end
  std::string nodes;
  int gpus = 0;  // by the scheduler's record; set when the job has started
};

struct Attempt {
  int number = 1;
  UtcSeconds admitted_at{};
  UtcSeconds released_at{};         // when the train job was released; before that: UtcSeconds{}
  std::optional<ArrayPlace> array;  // set: its jobs are tasks of job arrays; unset: single jobs
  std::optional<RunJob> train, store;
  int store_tries = 0;
  std::vector<Period> suspensions;            // of the train job, as far as polls saw them
  std::optional<UtcSeconds> suspended_since;  // set while the train job is suspended
  std::string avoid;                          // nodes on which the train job is not to run
  std::optional<Cause> cause;                 // how the attempt ended; unset: not decided yet
  std::string reason;                         // why the attempt had no result; else empty
};

struct TrainingRun {
  std::int64_t id = 0;
  RunState state = RunState::queued;
  Owner owner;
  Lazy<Manifest> manifest;  // for a run from the ledger, parsed at the first use: most queued runs only wait
  // `name` and `gpus` are copies from the manifest: lists and admission need them for every run.
  std::string name;
  int gpus = 0;  // requested
  // The account by the scheduler's record; before there is one, as in event::Accepted. Empty: unknown.
  std::string account;
  std::string plan, dataset_digest, code_digest;
  ScratchPlace scratch;
  UtcSeconds accepted_at{};
  std::optional<UtcSeconds> ended_at;  // when the run ended: its results are stored, or given up
  std::vector<Attempt> attempts;
  int program_attempts = 0;          // attempts that were retried and that [retry] counts
  std::string avoid;                 // nodes that failed in the last attempt
  std::string waits_for;             // WaitingFor::what of the last event::Waiting; outdated after that wait
  bool is_of_newer_release = false;  // the run has an event that only a newer release knows: no step is taken
  bool cancel_requested = false;
  bool store_cancel_requested = false;  // cancelled while the results were being stored: they are given up
  std::string cancelled_by;
  // The outcome of the train job; set from state `storing` on.
  std::optional<Result> result;
  std::optional<Cause> cause;
  std::string reason;
  std::optional<int> exit_code, signal;
  std::vector<std::string> last_lines;
  std::vector<Segment> charges;  // usage of the run's jobs, with corrections: one for each job and restart
  std::int64_t gpu_seconds = 0;  // the sum over `charges`
  std::int64_t stored_objects = 0, stored_bytes = 0;

  const Attempt* attempt() const { return attempts.empty() ? nullptr : &attempts.back(); }
};

// Changes the run to its state after the event. Pure. An event that cannot follow the run's state has no
// effect, because the same fact can be recorded twice.
void apply_event(TrainingRun& run, const RunEvent& event);
TrainingRun fold(std::int64_t id, const std::vector<RunEvent>& events);

bool is_over(RunState state);                     // completed, failed, cancelled
bool may_be_tried_again(const TrainingRun& run);  // [retry] allows another attempt after the current one
bool occupies_plan(RunState state);               // from admission to the end of the train job
bool has_live_train_job(const TrainingRun& run);
bool has_live_store_job(const TrainingRun& run);
// Returns the run's charge for the last restart of that job; null: nothing is charged yet.
const Segment* charge_of(const TrainingRun& run, const JobKey& job);

// Tokens are the names of jobs in Slurm: "ty-<ledger id>-<run>.<attempt>-train" for a job, "ty-<ledger
// id>-a<first run>.<attempt of the first run>-train" for a job array. The ledger id distinguishes the jobs of
// two daemons on one cluster. token_prefix() returns "ty-<ledger id>-".
std::string token_prefix(const std::string& ledger_id);
Token token_of(const std::string& ledger_id, std::int64_t run_id, int attempt, JobRole role);
// Returns the token of the last attempt's job of this role: the token that the job has in the scheduler or,
// if it is not submitted yet, will have. A store job that is submitted again is a single job, even if the
// first store job was a task of an array.
Token token_of(const std::string& ledger_id, const TrainingRun& run, JobRole role);

// The parts of a token, the name of a job. Users can give their own jobs any name, so a name helps to find a
// job but does not prove that the daemon submitted it.
struct NamedJob {
  JobRole role = JobRole::train;
  std::int64_t run_id = 0;  // for an array: its first run; 0 for a stage job
  int attempt = 0;          // the attempt of that run, or of the data set
  bool is_array = false;
  std::string digest;  // for a stage job: the first 16 characters of its data set's digest
};
std::optional<NamedJob> parse_token(const std::string& ledger_id, const Token& token);

// The states that users see. `data_ready` is only needed to distinguish staging from pending.
enum class ShownState { queued, staging, pending, running, storing, completed, failed, cancelled };
ShownState shown_state(RunState state, bool data_ready);
const char* to_string(ShownState state);
ShownState shown_state_from(const std::string& name);  // Error{invalid} lists the names

}  // namespace trainyard
