// A scheduler: a place that runs jobs. The daemon reads it (SchedulerReader) as a user of its own; a user's
// deputy acts on it as that user (SchedulerActor), so that the scheduler itself decides what he may do.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/error.h"
#include "daemon/base/json.h"

namespace trainyard {

// Ours, in the job's name; says whose job it is whatever the scheduler remembers ("ty-1f3a…-42.1-train").
using Token = std::string;

// Ids are reused, so a job is known by all of these.
struct JobKey {
  std::string cluster;
  std::uint32_t job_id = 0;  // of a job array: the array's
  UtcSeconds submitted_at{};
  std::optional<std::uint32_t> task{};  // of a job array; unset there: the whole of it
  auto operator<=>(const JobKey&) const = default;
};

// As Slurm writes it: "77", "77_3".
inline std::string to_string(const JobKey& job) {
  return std::to_string(job.job_id) + (job.task ? "_" + std::to_string(*job.task) : "");
}

// The array that a task belongs to; of any other job, itself.
inline JobKey array_of(JobKey job) {
  job.task.reset();
  return job;
}

// That one task of an array.
inline JobKey task_of(JobKey array, std::uint32_t task) {
  array.task = task;
  return array;
}

// For unordered maps: most jobs differ in their ids.
struct JobKeyHash {
  std::size_t operator()(const JobKey& job) const {
    std::uint64_t task = job.task ? *job.task + std::uint64_t{1} : 0;
    return std::hash<std::uint64_t>{}(task << 32 ^ job.job_id);
  }
};

struct JobDependency {
  // after_each: one array behind another; a task waits until that with the same index has completed well.
  enum class Kind { after_ok, after_any, after_each };
  Kind kind = Kind::after_any;
  std::uint32_t job_id = 0;  // only of a job just seen alive: an unknown one counts as satisfied
};

// What one batch job needs. Nothing in it is secret: names, paths and comments are readable by every user.
struct JobRequest {
  Token token;
  std::string comment;  // for people reading squeue; at most 1 000 bytes
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  // One job array of these tasks, in order, each as if it were submitted alone; none: a single job. The
  // script finds its own index in SLURM_ARRAY_TASK_ID, `output` has it in place of "%a".
  std::vector<std::uint32_t> tasks;
  std::string script;                    // begins with "#!"
  std::vector<std::string> environment;  // NAME=value; never empty
  std::string working_directory;         // must exist
  std::string output;                    // file for stdout and stderr of the batch step
  int nodes = 1;
  int tasks_per_node = 1;
  int cpus_per_task = 1;
  std::int64_t memory_bytes_per_node = 0;  // 0: the partition's default
  int gpus_per_node = 0;
  std::string gpu_type;                 // empty: any
  std::chrono::seconds time_limit{0};   // 0: the partition's default
  std::string partition, account, qos;  // empty: the scheduler's default
  std::string exclude_nodes;            // "n1,n[3-4]"; empty: none
  // The batch script gets this signal so long before the time limit, and on preemption; 0: none. The
  // scheduler may send it up to a minute early.
  int warning_signal = 0;
  std::chrono::seconds warning_time{0};
  std::optional<JobDependency> dependency;  // a job whose dependency can never hold is ended by the scheduler
  bool held = false;                        // cannot start before release()

  // A job described in sbatch(1)'s words: what the options are called there → their values, as
  // daemon/manifest/sbatch_values.h reads them, with "ntasks" where other options imply it, and "begin" and
  // "deadline" in unix seconds. Then these say
  // what the job needs and where its output goes; of the fields above only identity, script, environment,
  // working directory, dependency, excluded nodes, warning and held count. null: none.
  Json batch_options;
  std::string command;  // what people see as the job's command; empty: nothing
};

enum class JobPhase { pending, running, suspended, ended };

// How a job ended; meaningful in phase ended only.
enum class JobOutcome {
  completed,
  failed,
  cancelled,
  time_limit,
  node_failure,
  preempted,
  out_of_memory,
  dependency_failed,
  unknown
};

struct JobStatus {
  JobKey key;
  Token token;
  std::uint32_t uid = 0;
  JobPhase phase = JobPhase::pending;
  bool held = false;
  JobOutcome outcome = JobOutcome::unknown;
  std::string reason;  // the scheduler's own word: "Resources", "QOSMaxGRESPerUser"; empty when none
  std::string state;   // the scheduler's own word: "PENDING", "NODE_FAIL"
  // Phase running only: its end is known already, its processes are still being ended. Time in which a job is
  // only completing is not charged.
  bool completing = false;
  int exit_code = 0;  // of the batch script
  int signal = 0;     // that ended it; 0 when none
  int restarts = 0;
  std::optional<UtcSeconds> started_at;       // of the current or last run of the job
  std::optional<UtcSeconds> expected_start;   // the scheduler's forecast for a pending job, where it has one
  std::optional<UtcSeconds> ended_at;         // phase ended only; [started_at, ended_at)
  std::string nodes;                          // "n[1-2]"; empty before the start
  std::optional<std::uint32_t> cancelled_by;  // the uid that ended it; only history() tells
  int gpus = 0;                               // allocated, all nodes together, generic and typed counted once
  bool gpus_on_record = true;                 // false: this record cannot tell GPUs, and `gpus` is 0
  std::string gpu_type;                       // "k40"; empty when untyped
  std::string account, partition, qos;        // as on record, whatever was asked for; empty: none on record
  // Its GPUs stay allocated while it is suspended.
  std::chrono::seconds suspended{0};  // in all, up to its last resume
  std::optional<UtcSeconds>
      suspension_turn_at;  // its last suspension or resume; unset where that is not on record
};

// What a job asks to be under; empty: the scheduler's default.
struct JobNames {
  std::string account, partition, qos;
  auto operator<=>(const JobNames&) const = default;
};

// One of these that a user may not use.
struct RefusedName {
  std::string what;                  // "account", "partition" or "qos"
  std::string name;                  // as it was asked for
  std::string reason;                // "is not an account of ada's"
  std::vector<std::string> allowed;  // what ada may use in its place, sorted
  bool operator==(const RefusedName&) const = default;
};

// A plan, as the scheduler's own limits can hold users to it: so many GPUs at a time for each user, or each
// account, of whatever they submit under the plan's name, through us or not.
struct PlanLimit {
  std::string name;
  int gpus = 0;
  bool per_account = false;       // else per user
  std::set<std::string> members;  // users; empty: everybody
};

// One thing in which the scheduler is another than the plans say.
struct PlanDrift {
  std::string object;     // "qos free", "user ada, account vision"
  std::string attribute;  // "MaxTRESPerUser"
  std::string is, should_be;
  std::string remedy;  // what a person must do; empty: apply_plans() does it
  bool operator==(const PlanDrift&) const = default;
};

// How often the scheduler was asked something, by kind: "load_jobs" → 30.
using CallCounts = std::map<std::string, int>;

// SchedulerReader: what the scheduler knows. It changes nothing. Every call may block for seconds, so none is
// made on the loop. Several threads may call at the same time, except poll(), which one thread calls. Throws
// Error{unavailable} when the scheduler cannot be reached.
class SchedulerReader {
 public:
  virtual ~SchedulerReader() = default;

  // The scheduler's name for people: "Slurm 22.05.8, cluster yard".
  virtual std::string describe() = 0;

  // The cost of all calls of the last minute.
  virtual CallCounts calls_last_minute() = 0;

  // Before a deputy is asked for this verb of SchedulerActor ("submit"): its calls count among ours, and wait
  // for their turn as ours do.
  virtual void count_deputy(const char* verb) = 0;

  // The longest time in which a call that was not answered can still have been heard.
  virtual std::chrono::seconds message_timeout() = 0;

  // When the controller was last started: what it saved before may be some seconds older than what it had
  // answered.
  virtual UtcSeconds controller_started_at() = 0;

  // The most tasks of one array; 0: this scheduler has no arrays.
  virtual int most_array_tasks() = 0;

  // Error{denied}, with the command that mends it, when this process may not read the jobs of all users: an
  // answer without a job then proves nothing.
  virtual void check_sees_all_jobs() = 0;

  // The controller's word, now, on the job of that id, or on every task of that array, if it belongs to this
  // user: he may have renamed it. Empty when the controller has no such job.
  virtual std::vector<JobStatus> look_up(std::uint32_t job_id, std::uint32_t uid) = 0;

  // All jobs whose token begins with `prefix`, and those `known` (sorted) whatever they are called by now, in
  // one call, each task of an array by itself; nullopt when nothing changed since the last call.
  virtual std::optional<std::vector<JobStatus>> poll(const std::string& prefix,
                                                     const std::vector<JobKey>& known) = 0;

  // The accounting database's word on these jobs, for what poll() no longer shows, in one call. Without those
  // that it does not know: it may be behind, and unknown is never success.
  virtual std::map<JobKey, JobStatus> history_of(const std::vector<JobKey>& jobs) = 0;

  // The same of one job, maybe as it was a second ago: the tasks of an array end together, and are asked for
  // one after the other.
  virtual std::optional<JobStatus> history(const JobKey& job) {
    std::map<JobKey, JobStatus> known = history_of({job});
    return known.empty() ? std::nullopt : std::optional(std::move(known.begin()->second));
  }

  // The accounting database's word on all jobs whose token begins with `prefix` and that were in the queue or
  // ran at any time since then: one for each restart of a job, the oldest first. Whole, not cut at `since`.
  virtual std::vector<JobStatus> history_since(const std::string& prefix, UtcSeconds since) = 0;

  // By user, the accounts that jobs of these users are charged to when they name none; without those of whom
  // none is known.
  virtual std::map<std::string, std::string> default_accounts(const std::set<std::string>& users) = 0;

  // What an admin should change in the scheduler's settings, one sentence each with the remedy: shown at the
  // start and by `admin status`. Asks nobody.
  virtual std::vector<std::string> warnings() = 0;

  // The names that the scheduler would not let this user use, all at once; empty: it may take the job.
  // As far as it can be known beforehand: submit() has the last word. `groups`: the user's, of Unix.
  virtual std::vector<RefusedName> refused_names(const std::string& user, const std::set<std::string>& groups,
                                                 const JobNames& names) = 0;

  // Where the scheduler's own limits differ from the plans; empty: nowhere. What belongs to no plan is not
  // compared. Error{invalid} when the scheduler can hold no such limits, saying what it lacks.
  virtual std::vector<PlanDrift> plan_drift(const std::vector<PlanLimit>& plans) = 0;

  // Of these nodes ("n[1-2]"), those that are down or do not answer: "n1,n2". Empty when all are well.
  virtual std::string failed_nodes(const std::string& nodes) = 0;
};

// The moment before which a request may leave this host. A caller that has given up knows then that nothing
// of it can still be sent. The clock is CLOCK_MONOTONIC, the same for all processes of a host.
using SendBefore = std::chrono::steady_clock::time_point;

// The scheduler takes no more jobs, of this user or of all, until some that it has are over.
class NoRoom : public Error {
 public:
  explicit NoRoom(const std::string& why) : Error(ErrorKind::unavailable, why) {}
};

// A job that the scheduler has queued.
struct QueuedJob {
  std::uint32_t job_id = 0;
  std::string said;  // what the scheduler says of it to its user, one line; empty: nothing
};

// SchedulerActor: submits, releases and cancels jobs, with the rights of the user that this process runs as.
// Every call may block for seconds. One call at a time. Throws Error{unavailable} when the scheduler cannot
// be reached, or when `send_before` has passed.
class SchedulerActor {
 public:
  virtual ~SchedulerActor() = default;

  // Queues the job, or the array.
  // NOT idempotent: after a doubt (Error{unavailable}) find() first.
  // Throws Error{invalid} or Error{denied} with the scheduler's reason when it will never take this job,
  // Error{not_found} when the scheduler sees that the job that this one depends on is not there, NoRoom when
  // a limit on the number of jobs is reached.
  virtual QueuedJob submit(const JobRequest& request, SendBefore send_before) = 0;

  // Every job of that user, live or recorded, whose name is one of the tokens, and of arrays every task;
  // throws unless all sources answered, and unless this process has the right to see them. `since`: no such
  // job was submitted earlier. A job on record as not ended that the controller no longer has is lost: phase
  // ended, outcome unknown.
  virtual std::vector<JobStatus> find(const std::set<Token>& tokens, std::uint32_t uid, UtcSeconds since) = 0;

  // Act only if this id still has this submit time; throw Error{not_found} otherwise. The token is for
  // messages: who owns the job may have renamed it. A job already released, already ended: nothing to do, no
  // error. Of an array: one task, or all that are left.
  virtual void release(const JobKey& job, const Token& token, SendBefore send_before) = 0;
  virtual void cancel(const JobKey& job, const Token& token, SendBefore send_before) = 0;

  // Sets these limits, all or none, and returns where they differed before. Repeating the call does no harm.
  // Error{denied} unless this user is an administrator of the scheduler.
  virtual std::vector<PlanDrift> apply_plans(const std::vector<PlanLimit>& plans) = 0;
};

}  // namespace trainyard
