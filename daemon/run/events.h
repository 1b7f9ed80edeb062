// Events: the facts from which the states of runs (run.h) and data sets (data_set.h) are computed. Events are
// only appended to the ledger, in order, and never changed. Times are UTC seconds.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/json.h"
#include "daemon/handover/handover.h"
#include "daemon/handover/scratch_place.h"
#include "daemon/manifest/manifest.h"
#include "daemon/run/segment.h"
#include "daemon/run/wait_reason.h"
#include "plugins/scheduler.h"

namespace trainyard {

// The user to whom a run or a data set belongs. Its jobs run under this uid, and its files belong to this
// uid. `name` is the user's name at the time of the event.
struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string name;
  bool operator==(const Owner&) const = default;
};

enum class JobRole { stage, train, store };
const char* to_string(JobRole role);
JobRole job_role_from(const std::string& name);

// How a run's program ended. The agent's evidence counts first, the scheduler's record second (verdict.h).
enum class Result { completed, failed, cancelled };
const char* to_string(Result result);

// The job array that an attempt is in, and the attempt's task. The array is named after its first run.
struct ArrayPlace {
  std::int64_t first_run = 0;
  int first_attempt = 1;   // the attempt of first_run
  std::uint32_t task = 0;  // this attempt's index in the array
  bool operator==(const ArrayPlace&) const = default;
};

namespace event {

// ---- of a run

struct Accepted {
  UtcSeconds at{};
  Owner owner;
  Manifest manifest;
  std::string plan;            // the plan that applies (resolve_plan()); empty if the site has no plans
  std::string dataset_digest;  // empty: the manifest has no [data]
  std::string code_digest;     // empty: the run has no code
  ScratchPlace scratch{};      // where the run's files are, even if the settings change later
  // The account that the scheduler charges: the requested one, else the user's default; empty: unknown.
  std::string account{};
};
struct Admitted {  // the plan has room: attempt `attempt` begins; records the intent to submit its jobs
  UtcSeconds at{};
  int attempt = 1;
  std::optional<ArrayPlace> array{};
};
struct Submitted {  // the train job is in the scheduler, held, under this key
  UtcSeconds at{};
  JobKey train;
  std::string said{};  // the scheduler's message about the job to its owner; empty: none
};
struct Released {  // the store job depends on the train job, and the train job may start
  UtcSeconds at{};
  JobKey store;
};
struct Started {  // the train job
  UtcSeconds at{};
  UtcSeconds started_at{};
  std::string nodes;
  int gpus = 0;  // by the scheduler's record: the user can have enlarged the job while it was held
};
struct Reassigned {  // the scheduler charges the train job to this account, not to the account known so far
  UtcSeconds at{};
  std::string account;
};
struct Waiting {  // the run has waited for `what` since `at`; recorded only if the wait lasts for a while
  UtcSeconds at{};
  WaitingFor what;
};
struct Suspended {  // the train job
  UtcSeconds at{};
  UtcSeconds since{};
};
struct Resumed {
  UtcSeconds at{};
  Period suspended;
};
struct Ended {  // a job of the run has ended; `job` describes the end in the scheduler's terms
  UtcSeconds at{};
  JobRole role = JobRole::train;
  JobStatus job;
};
// The usage of a job of a run, or of a job of a data set (the role is then `stage`). A job's usage is entered
// in the ledger once: either with the job's end, from the scheduler's record, or later, with the reason for
// the delay. Later changes are recorded as Corrected.
struct Used {
  UtcSeconds at{};
  JobRole role = JobRole::train;
  Segment segment;
  std::string reason;  // empty: entered from the scheduler's record at the job's end
};
// `segment` in Settled, Stored, StoreRetried, Failed, Retried, Ready and StageFailed is set only in events
// that an earlier release wrote: that release charged a job by these events and not by Used. The segment in
// such an event is still charged. This release writes no segments in them.

struct Settled {  // what the end of the train job means
  UtcSeconds at{};
  Result result = Result::failed;
  Cause cause = Cause::lost;
  std::string reason;  // for the scientist; empty when completed
  std::optional<int> exit_code{}, signal{};
  std::vector<std::string> last_lines{};
  std::optional<Segment> segment{};
  std::optional<UtcSeconds> last_seen_at{};  // when the agent last gave a sign of life; unset: never
};
struct Stored {
  UtcSeconds at{};
  std::int64_t objects = 0, size_bytes = 0;
  std::optional<Segment> segment{};
};
struct StoreRetried {  // the results could not be stored and stay on scratch; `store` is the next store job
  UtcSeconds at{};
  std::string reason;
  JobKey store;
  std::optional<Segment> segment{};
};
struct Failed {  // the run ends here, without the steps that were still to come
  UtcSeconds at{};
  std::string reason;
  std::optional<Segment> segment{};
};
struct CancelRequested {
  UtcSeconds at{};
  std::string by;  // the user's name
};
struct Cancelled {  // no job of the run is in the scheduler any more
  UtcSeconds at{};
};
struct Retried {  // the attempt ended without a result; a new attempt may be admitted
  UtcSeconds at{};
  Cause cause = Cause::lost;
  std::string reason;
  bool data_missing = false;  // the data set is not on scratch any more, although it was recorded as ready
  std::string avoid;          // nodes that failed in this attempt: "n1,n3"; the next attempt avoids them
  std::optional<Segment> segment{};
  std::optional<UtcSeconds> last_seen_at{};  // as in Settled
};

struct Corrected {  // the charge for a job of the run is changed
  UtcSeconds at{};
  std::string reason;
  Segment was, is;
};

// ---- of a data set

struct Wanted {
  UtcSeconds at{};
  Owner owner;
  DataSpec data;
  std::int64_t objects = 0, source_bytes = 0;  // the list of objects is on scratch (handover/source_list.h)
  ScratchPlace scratch;
};
struct Staging {
  UtcSeconds at{};
  int attempt = 1;
  JobKey job;
};
struct Ready {
  UtcSeconds at{};
  std::int64_t size_bytes = 0, samples = 0, test_samples = 0;
  std::optional<Segment> segment{};
};
struct StageFailed {
  UtcSeconds at{};
  std::string reason;
  bool try_again = false;
  std::optional<Segment> segment{};
  bool waits_for_credentials = false;  // with try_again: not before the user has added keys of the store
};
struct Evicting {  // the data set is given up; its files on scratch are about to be removed
  UtcSeconds at{};
};
struct Evicted {  // its files are gone
  UtcSeconds at{};
};
struct Pinned {  // it stays on scratch until it is unpinned
  UtcSeconds at{};
  std::string by;  // the user's name
};
struct Unpinned {
  UtcSeconds at{};
  std::string by;
};

// ---- of a run or a data set, written by a newer release

// An event of a kind that this release does not know. No step is performed for a run or a data set that has
// such an event (TrainingRun::is_of_newer_release).
struct Unknown {
  UtcSeconds at{};
  std::string name;
  Json body;
};

}  // namespace event

using RunEvent =
    std::variant<event::Accepted, event::Admitted, event::Submitted, event::Released, event::Started,
                 event::Ended, event::Settled, event::Stored, event::StoreRetried, event::Failed,
                 event::CancelRequested, event::Cancelled, event::Retried, event::Corrected, event::Waiting,
                 event::Suspended, event::Resumed, event::Used, event::Reassigned, event::Unknown>;
using DataSetEvent =
    std::variant<event::Wanted, event::Staging, event::Ready, event::StageFailed, event::Evicted, event::Used,
                 event::Evicting, event::Pinned, event::Unpinned, event::Unknown>;

// Returns the name of the event in the ledger, on the wire and in the log: "accepted", "stage_failed".
const char* name_of(const RunEvent& event);
const char* name_of(const DataSetEvent& event);
UtcSeconds time_of(const RunEvent& event);
UtcSeconds time_of(const DataSetEvent& event);

// Returns the event as JSON, without its name and its time, which have their own columns in the ledger.
Json body_of(const RunEvent& event);
Json body_of(const DataSetEvent& event);
// Makes an event from its name, time and body. Returns event::Unknown if this release has no event of this
// name. Throws Error{invalid} if the body does not have the event's keys.
RunEvent run_event(const std::string& name, UtcSeconds at, const Json& body);
DataSetEvent data_set_event(const std::string& name, UtcSeconds at, const Json& body);

// The usage that an event enters in the ledger, and the role of the job that used it. `segment` points into
// the event; it is null if the event enters nothing.
struct Charge {
  const Segment* segment = nullptr;
  JobRole role = JobRole::train;
  std::string reason{};  // as in Used
};
Charge charge_of(const RunEvent& event);
Charge charge_of(const DataSetEvent& event);

// Returns the time of the agent's last sign of life that the event records (Settled and Retried do); nullopt
// if it records none.
std::optional<UtcSeconds> last_sign_of_life(const RunEvent& event);

}  // namespace trainyard
