// TrainingRun: the fold of its events. Plain values, pure functions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/lazy.h"
#include "daemon/run/events.h"

namespace trainyard {

// Where a run is. The first six have a next step or wait for the poll; the last three are the end.
enum class RunState {
  queued,     // accepted; the plan's room, or its data, are awaited
  admitted,   // an attempt is intended: its train job may or may not be in the scheduler
  submitted,  // its train job is recorded, and held
  released,   // train and store jobs go on without us; the data may still be on their way
  running,
  ended,    // the train job has ended; what that means is not settled yet
  storing,  // settled; the results are on their way
  completed,
  failed,
  cancelled,
};

// One job of an attempt, as far as is known.
struct RunJob {
  JobKey key;
  std::optional<UtcSeconds> started_at, ended_at;
  std::optional<JobStatus> end;            // the scheduler's word on its end
  std::optional<UtcSeconds> end_known_at;  // when it came
  std::string nodes;
  int gpus = 0;  // on the scheduler's record, once it has started
};

struct Attempt {
  int number = 1;
  UtcSeconds admitted_at{};
  UtcSeconds released_at{};         // of the last release; before: the beginning of time
  std::optional<ArrayPlace> array;  // its jobs are tasks of arrays; unset: jobs of their own
  std::optional<RunJob> train, store;
  int store_tries = 0;
  std::vector<Period> suspensions;            // of the train job, as far as they were seen
  std::optional<UtcSeconds> suspended_since;  // it is suspended now
  std::string avoid;                          // nodes that it is not to run on
  std::optional<Cause> cause;                 // how it ended, once that is settled
  std::string reason;                         // why it came to nothing, if it did
};

struct TrainingRun {
  std::int64_t id = 0;
  RunState state = RunState::queued;
  Owner owner;
  Lazy<Manifest> manifest;  // of a run from the ledger read when it is asked for: most of a queue only waits
  std::string name;         // of the manifest, as `gpus`: what lists and admission ask of every run
  int gpus = 0;             // asked for
  std::string account;      // by the scheduler's record, before that as it was when accepted; empty: unknown
  std::string plan, dataset_digest, code_digest;
  ScratchPlace scratch;
  UtcSeconds accepted_at{};
  std::optional<UtcSeconds> ended_at;  // of the run: results stored, or given up
  std::vector<Attempt> attempts;
  int program_attempts = 0;          // of those that ended, the ones that [retry] counts
  std::string avoid;                 // nodes that failed the last attempt
  std::string waits_for;             // WaitingFor::what, as last recorded; of the past once it does not wait
  bool is_of_newer_release = false;  // it has an event that only a newer release knows: no step is taken
  bool cancel_requested = false;
  bool store_cancel_requested = false;  // while its results were on their way: they are given up
  std::string cancelled_by;
  // What the train job came to; set from `storing` on.
  std::optional<Result> result;
  std::optional<Cause> cause;
  std::string reason;
  std::optional<int> exit_code, signal;
  std::vector<std::string> last_lines;
  std::vector<Segment> charges;  // what its jobs used, as now in force: one for each job and restart
  std::int64_t gpu_seconds = 0;  // of all of them
  std::int64_t stored_objects = 0, stored_bytes = 0;

  const Attempt* attempt() const { return attempts.empty() ? nullptr : &attempts.back(); }
};

// Pure. An event that cannot follow this state leaves it as it is: events are facts, and facts may come
// twice.
void apply_event(TrainingRun& run, const RunEvent& event);
TrainingRun fold(std::int64_t id, const std::vector<RunEvent>& events);

bool is_over(RunState state);                     // completed, failed, cancelled
bool may_be_tried_again(const TrainingRun& run);  // [retry] leaves room after the attempt under way
bool occupies_plan(RunState state);               // from admission to the end of train
bool has_live_train_job(const TrainingRun& run);
bool has_live_store_job(const TrainingRun& run);
// What the run is charged for that job, in its last run; null: nothing yet.
const Segment* charge_of(const TrainingRun& run, const JobKey& job);

// Names of jobs: "ty-<ledger id>-<run>.<attempt>-train", of arrays "ty-<ledger id>-a<first run>.<its
// attempt>-train". The ledger id keeps two daemons on one cluster apart.
std::string token_prefix(const std::string& ledger_id);
Token token_of(const std::string& ledger_id, std::int64_t run_id, int attempt, JobRole role);
// That of the last attempt's job of this role as it is, or is to go, into the scheduler. A store job that is
// tried again is one of its own, whatever the first was.
Token token_of(const std::string& ledger_id, const TrainingRun& run, JobRole role);

// What the name of a job says. A user may give his own job any name: a name finds, and proves nothing.
struct NamedJob {
  JobRole role = JobRole::train;
  std::int64_t run_id = 0;  // of an array: its first run
  int attempt = 0;          // of that run, or of the data set
  bool is_array = false;
  std::string digest;  // of a stage job: the first 16 characters of its data set's; then there is no run
};
std::optional<NamedJob> parse_token(const std::string& ledger_id, const Token& token);

// What users see; needs the data set only to tell staging from pending.
enum class ShownState { queued, staging, pending, running, storing, completed, failed, cancelled };
ShownState shown_state(RunState state, bool data_ready);
const char* to_string(ShownState state);
ShownState shown_state_from(const std::string& name);  // Error{invalid} lists the names

}  // namespace trainyard
