// A scheduler is the system that runs jobs (Slurm). The daemon reads from the scheduler with SchedulerReader,
// under the daemon's own user. A user's deputy submits, releases and cancels jobs with SchedulerActor, as
// that user, so that the scheduler itself decides what the user may do.
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

// The name of a job, chosen by Trainyard ("ty-1f3a…-42.1-train"). It tells which run the job belongs to, even
// if the scheduler's records have lost the job's other values.
using Token = std::string;

// Identifies a job. All fields are needed, because the scheduler reuses job ids.
struct JobKey {
  std::string cluster;
  std::uint32_t job_id = 0;  // of a job array: the id of the array
  UtcSeconds submitted_at{};
  std::optional<std::uint32_t> task{};  // index in an array; unset: a single job, or the whole array
  auto operator<=>(const JobKey&) const = default;
};

// Returns the job's id as Slurm writes it: "77", or "77_3" for a task of an array.
inline std::string to_string(const JobKey& job) {
  return std::to_string(job.job_id) + (job.task ? "_" + std::to_string(*job.task) : "");
}

// Returns the key of the array that a task belongs to. Returns the key of any other job unchanged.
inline JobKey array_of(JobKey job) {
  job.task.reset();
  return job;
}

// Returns the key of one task of the array.
inline JobKey task_of(JobKey array, std::uint32_t task) {
  array.task = task;
  return array;
}

// A hash of job keys for unordered maps, of the job id and the task only, because most jobs differ in these.
struct JobKeyHash {
  std::size_t operator()(const JobKey& job) const {
    std::uint64_t task = job.task ? *job.task + std::uint64_t{1} : 0;
    return std::hash<std::uint64_t>{}(task << 32 ^ job.job_id);
  }
};

struct JobDependency {
  // The kind after_each is for an array that depends on another array: each task waits until the task with
  // the same index in the other array has completed successfully.
  enum class Kind { after_ok, after_any, after_each };
  Kind kind = Kind::after_any;
  // The id of a job that the scheduler has just shown as live, because it takes a dependency on an unknown id
  // as satisfied.
  std::uint32_t job_id = 0;
};

// The description of one batch job. It must contain no secrets, because every user can read a job's names,
// paths and comment.
struct JobRequest {
  Token token;
  std::string comment;  // for people reading squeue; at most 1 000 bytes
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  // The task indices of a job array, in order. Each task runs as if it were submitted alone. Empty: a single
  // job. The script finds its own index in SLURM_ARRAY_TASK_ID. The scheduler puts the index in place of "%a"
  // in `output`.
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
  // The batch script gets the signal `warning_signal` this long before the time limit, and on preemption. 0:
  // no signal. The scheduler might send the signal up to a minute early.
  int warning_signal = 0;
  std::chrono::seconds warning_time{0};
  // The scheduler ends a job whose dependency can never be satisfied.
  std::optional<JobDependency> dependency;
  bool held = false;  // the job cannot start before release()

  // The options in an sbatch(1) script: name of the option → value, as daemon/manifest/sbatch_values.h parses
  // them. "ntasks" is added where other options imply it. "begin" and "deadline" are in unix seconds. null:
  // the job is not of an sbatch script. If set, these options describe the resources and the output. Of the
  // fields above, only these are used then: token, comment, uid, gid, script, environment, working directory,
  // dependency, excluded nodes, warning and held.
  Json batch_options;
  std::string command;  // shown by the scheduler as the job's command; empty: none
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
  // In phase running only: the scheduler has set the job's end already, but the job's processes are still
  // being ended. This time is not charged.
  bool completing = false;
  int exit_code = 0;  // of the batch script
  int signal = 0;     // the signal that ended the batch script; 0 when none
  int restarts = 0;
  std::optional<UtcSeconds> started_at;       // the latest start; a restarted job has several
  std::optional<UtcSeconds> expected_start;   // the scheduler's forecast for a pending job, where it has one
  std::optional<UtcSeconds> ended_at;         // phase ended only; the job ran in [started_at, ended_at)
  std::string nodes;                          // "n[1-2]"; empty before the start
  std::optional<std::uint32_t> cancelled_by;  // uid of the canceller; known from accounting records only
  int gpus = 0;                // allocated on all nodes together; generic and typed GPUs are counted once
  bool gpus_on_record = true;  // false: the record does not say how many GPUs, and `gpus` is 0
  std::string gpu_type;        // "k40"; empty when untyped
  std::string account, partition, qos;  // from the scheduler's record, not the request; empty: none on record
  // A suspended job keeps its GPUs.
  std::chrono::seconds suspended{0};  // total, up to the last resume
  std::optional<UtcSeconds>
      suspension_turn_at;  // time of the last suspension or resume; unset where it is not on record
};

// The account, partition and QOS that a job asks for. Empty: the scheduler's default.
struct JobNames {
  std::string account, partition, qos;
  auto operator<=>(const JobNames&) const = default;
};

// A name in JobNames that a user may not use.
struct RefusedName {
  std::string what;                  // "account", "partition" or "qos"
  std::string name;                  // as the user asked for it
  std::string reason;                // "is not an account of ada's"
  std::vector<std::string> allowed;  // the names that ada may use instead, sorted
  bool operator==(const RefusedName&) const = default;
};

// A plan in the form of a limit that the scheduler enforces: the number of GPUs that each user, or each
// account, can use at the same time under the plan's name. The limit covers all jobs, also those that were
// not submitted through Trainyard.
struct PlanLimit {
  std::string name;
  int gpus = 0;
  bool per_account = false;       // false: per user
  std::set<std::string> members;  // users; empty: everybody
};

// One difference between the scheduler's settings and the plans.
struct PlanDrift {
  std::string object;     // "qos free", "user ada, account vision"
  std::string attribute;  // "MaxTRESPerUser"
  std::string is, should_be;
  std::string remedy;  // what an admin must do; empty: apply_plans() removes the difference
  bool operator==(const PlanDrift&) const = default;
};

// The number of calls to the scheduler, by kind of call: "load_jobs" → 30.
using CallCounts = std::map<std::string, int>;

// SchedulerReader: queries the scheduler, and changes nothing. A call can block for seconds, so it must not
// be made on the loop. Several threads may call the same object at the same time, except poll(), which only
// one thread may call. Every function throws Error{unavailable} if the scheduler cannot be reached.
class SchedulerReader {
 public:
  virtual ~SchedulerReader() = default;

  // Returns the scheduler's name for people: "Slurm 22.05.8, cluster yard".
  virtual std::string describe() = 0;

  // Returns how many calls were made in the last minute.
  virtual CallCounts calls_last_minute() = 0;

  // To be called before a deputy is asked to perform this function of SchedulerActor ("submit"). Counts the
  // calls to the scheduler that the deputy will make with the daemon's own calls, and blocks if too many were
  // made in the last seconds.
  virtual void count_deputy(const char* verb) = 0;

  // Returns the longest time after which a call that got no answer can still have reached the scheduler.
  virtual std::chrono::seconds message_timeout() = 0;

  // Returns when the scheduler's controller was last started. The state that it had saved before can be some
  // seconds older than its last answers.
  virtual UtcSeconds controller_started_at() = 0;

  // Returns the largest number of tasks in one array. 0: this scheduler has no arrays.
  virtual int most_array_tasks() = 0;

  // Throws Error{denied}, with the command that fixes it, if this process may not read the jobs of all users:
  // then an answer without a job does not prove that the job does not exist.
  virtual void check_sees_all_jobs() = 0;

  // Asks the controller for the current status of the job with this id, or of every task of the array with
  // this id. Returns only jobs of this user, whatever their names are: the user might have renamed them.
  // Returns nothing when the controller has no such job.
  virtual std::vector<JobStatus> look_up(std::uint32_t job_id, std::uint32_t uid) = 0;

  // Returns all jobs whose token begins with `prefix`, and the jobs in `known` (sorted) even if they have
  // been renamed. Makes one call. Each task of an array is a status of its own. Returns nullopt when nothing
  // has changed since the last call.
  virtual std::optional<std::vector<JobStatus>> poll(const std::string& prefix,
                                                     const std::vector<JobKey>& known) = 0;

  // Queries the accounting database, in one call, for the status of jobs that poll() no longer shows. Leaves
  // out jobs that the database does not have: it can get them later.
  virtual std::map<JobKey, JobStatus> history_of(const std::vector<JobKey>& jobs) = 0;

  // Does the same as history_of(), for one job. The status can be a second old: the tasks of an array end
  // together and are asked for one after the other, so one query to the database is used for all of them.
  virtual std::optional<JobStatus> history(const JobKey& job) {
    std::map<JobKey, JobStatus> known = history_of({job});
    return known.empty() ? std::nullopt : std::optional(std::move(known.begin()->second));
  }

  // Asks the accounting database for all jobs whose token begins with `prefix` and that were in the queue or
  // ran at any time since `since`. Returns one status for each restart of a job, the oldest first. Times
  // before `since` are not cut off.
  virtual std::vector<JobStatus> history_since(const std::string& prefix, UtcSeconds since) = 0;

  // Returns, by user, the account that the user's jobs are charged to when they name none. Leaves out users
  // for whom no account is known.
  virtual std::map<std::string, std::string> default_accounts(const std::set<std::string>& users) = 0;

  // Returns a sentence, with the remedy, for each of the scheduler's settings that an admin should change.
  // The daemon shows them at its start and in `admin status`. Sends no request to the scheduler.
  virtual std::vector<std::string> warnings() = 0;

  // Returns those of `names` that the scheduler would refuse to this user, as far as this can be known before
  // submit(). Empty: the scheduler might accept the job. `groups`: the user's Unix groups.
  virtual std::vector<RefusedName> refused_names(const std::string& user, const std::set<std::string>& groups,
                                                 const JobNames& names) = 0;

  // Returns the differences between the scheduler's own limits and the plans; empty: there is none. Limits
  // that belong to no plan are not compared. Throws Error{invalid}, naming the missing setting, if the
  // scheduler cannot enforce such limits.
  virtual std::vector<PlanDrift> plan_drift(const std::vector<PlanLimit>& plans) = 0;

  // Returns those of the nodes ("n[1-2]") that are down or do not answer: "n1,n2"; empty if there are none.
  virtual std::string failed_nodes(const std::string& nodes) = 0;
};

// The deadline for sending a request: after it, the SchedulerActor does not send the request any more. So a
// caller that has stopped waiting knows that nothing can still be sent. The clock is CLOCK_MONOTONIC, which
// all processes of a host share.
using SendBefore = std::chrono::steady_clock::time_point;

// Thrown when the scheduler takes no more jobs, of this user or of all users, until some of its jobs have
// ended.
class NoRoom : public Error {
 public:
  explicit NoRoom(const std::string& why) : Error(ErrorKind::unavailable, why) {}
};

// A job that the scheduler has queued.
struct QueuedJob {
  std::uint32_t job_id = 0;
  std::string said;  // the scheduler's message about the job to its user, one line; empty: none
};

// SchedulerActor: submits, releases and cancels jobs, with the rights of the user that this process runs as.
// A call can block for seconds. A process makes one call at a time. Every function throws Error{unavailable}
// if the scheduler cannot be reached, or if `send_before` has passed.
class SchedulerActor {
 public:
  virtual ~SchedulerActor() = default;

  // Queues the job, or the array.
  // NOT idempotent: after Error{unavailable} the job might be queued; call find() before submitting again.
  // Throws Error{invalid} or Error{denied}, with the scheduler's reason, when the scheduler will never accept
  // this job. Throws Error{not_found} when the scheduler does not have the job that this job depends on,
  // NoRoom when a limit on the number of jobs is reached.
  virtual QueuedJob submit(const JobRequest& request, SendBefore send_before) = 0;

  // Returns every job of this user, live or recorded, whose name is one of the tokens; for an array, every
  // task. Throws an Error if the controller or the accounting database does not answer, or if this process
  // has no right to see these jobs. `since`: no such job was submitted earlier. A job that is on record as
  // not ended, but that the controller no longer has, is lost: phase ended, outcome unknown.
  virtual std::vector<JobStatus> find(const std::set<Token>& tokens, std::uint32_t uid, UtcSeconds since) = 0;

  // Release or cancel the job only if the job with its id still has this submit time; otherwise throw
  // Error{not_found}. The token is used in messages only, because the job's owner might have renamed the job.
  // If the job is already released, or has already ended, do nothing. The key of an array stands for all its
  // tasks that have not ended, the key of a task for this task.
  virtual void release(const JobKey& job, const Token& token, SendBefore send_before) = 0;
  virtual void cancel(const JobKey& job, const Token& token, SendBefore send_before) = 0;

  // Sets the scheduler's limits to these plans, all or none, and returns the differences that there were. Can
  // be repeated without harm. Throws Error{denied} unless this user is an administrator of the scheduler.
  virtual std::vector<PlanDrift> apply_plans(const std::vector<PlanLimit>& plans) = 0;
};

}  // namespace trainyard
