// Events: the facts a run and a data set are made of. Append-only, in the ledger, in order; times are UTC
// seconds. A run is the fold of its events (run.h), a data set of its own (data_set.h).
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

// To whom a run belongs: its jobs run as that uid, its files are that uid's. Names as they were at that time.
struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string name;
  bool operator==(const Owner&) const = default;
};

enum class JobRole { stage, train, store };
const char* to_string(JobRole role);
JobRole job_role_from(const std::string& name);

// How a run's program ended, decided from the agent's evidence first and the scheduler's word second.
enum class Result { completed, failed, cancelled };
const char* to_string(Result result);

// The place of an attempt in a job array. The array is named after the first run in it.
struct ArrayPlace {
  std::int64_t first_run = 0;
  int first_attempt = 1;   // of that run
  std::uint32_t task = 0;  // this attempt's index
  bool operator==(const ArrayPlace&) const = default;
};

namespace event {

// ---- of a run

struct Accepted {
  UtcSeconds at{};
  Owner owner;
  Manifest manifest;
  std::string plan;            // resolved; empty where the site has no plans
  std::string dataset_digest;  // empty: no [data]
  std::string code_digest;     // empty: no code
  ScratchPlace scratch{};      // where its files are, whatever the settings say later
  std::string account{};  // that the scheduler charges: as asked for, else the user's default; empty: unknown
};
struct Admitted {  // the plan has room: attempt `attempt` begins. The intent to submit.
  UtcSeconds at{};
  int attempt = 1;
  std::optional<ArrayPlace> array{};
};
struct Submitted {  // the held train job is in the scheduler under this key
  UtcSeconds at{};
  JobKey train;
  std::string said{};  // what the scheduler told its owner of it; empty: nothing
};
struct Released {  // the store job waits behind the train job, which may start
  UtcSeconds at{};
  JobKey store;
};
struct Started {  // the train job
  UtcSeconds at{};
  UtcSeconds started_at{};
  std::string nodes;
  int gpus = 0;  // on the scheduler's record: the user may have enlarged his job while it was held
};
struct Reassigned {  // the scheduler has the train job under this account, and not under the one known so far
  UtcSeconds at{};
  std::string account;
};
struct Waiting {  // for this, since then; told when it has lasted for a while
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
struct Ended {  // by the scheduler's word
  UtcSeconds at{};
  JobRole role = JobRole::train;
  JobStatus job;
};
// What a job used, entered in the ledger once: together with its end, by the scheduler's word, or later, with
// the reason why only then. What is found out afterwards is a Corrected. Of a run, and of a data set (the
// role is then `stage`).
struct Used {
  UtcSeconds at{};
  JobRole role = JobRole::train;
  Segment segment;
  std::string reason;  // empty: the scheduler's word at the end of the job
};
// In these and in Ready and StageFailed, `segment` is set only in ledgers of releases that charged a job here
// and not by Used. It is still charged when it is read; it is not written any more.
struct Settled {  // what the train job's end means
  UtcSeconds at{};
  Result result = Result::failed;
  Cause cause = Cause::lost;
  std::string reason;  // for the scientist; empty when completed
  std::optional<int> exit_code{}, signal{};
  std::vector<std::string> last_lines{};
  std::optional<Segment> segment{};
  std::optional<UtcSeconds> last_seen_at{};  // the agent's last sign of life; unset: it left none
};
struct Stored {
  UtcSeconds at{};
  std::int64_t objects = 0, size_bytes = 0;
  std::optional<Segment> segment{};
};
struct StoreRetried {  // results stay on scratch, the next store job is `store`
  UtcSeconds at{};
  std::string reason;
  JobKey store;
  std::optional<Segment> segment{};
};
struct Failed {  // the run ends here, whatever else was to come
  UtcSeconds at{};
  std::string reason;
  std::optional<Segment> segment{};
};
struct CancelRequested {
  UtcSeconds at{};
  std::string by;  // the user's name
};
struct Cancelled {  // nothing of it is in the scheduler any more
  UtcSeconds at{};
};
struct Retried {  // the attempt came to nothing and is over; a new one may be admitted
  UtcSeconds at{};
  Cause cause = Cause::lost;
  std::string reason;
  bool data_missing = false;  // its data set is not on scratch any more, whatever we thought
  std::string avoid;          // nodes that failed it: "n1,n3"; the next attempt goes elsewhere
  std::optional<Segment> segment{};
  std::optional<UtcSeconds> last_seen_at{};  // as in Settled
};

struct Corrected {  // what a job of the run was charged
  UtcSeconds at{};
  std::string reason;
  Segment was, is;
};

// ---- of a data set

struct Wanted {
  UtcSeconds at{};
  Owner owner;
  DataSpec data;
  std::int64_t objects = 0, source_bytes = 0;  // the list itself lies on scratch (handover/source_list.h)
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
};
struct Evicted {
  UtcSeconds at{};
};

// ---- of either, written by a newer release

// What it means is not known here: whatever has one is left alone (TrainingRun::is_of_newer_release).
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
using DataSetEvent = std::variant<event::Wanted, event::Staging, event::Ready, event::StageFailed,
                                  event::Evicted, event::Used, event::Unknown>;

// "accepted", "stage_failed": the names in the ledger, on the wire and in the log.
const char* name_of(const RunEvent& event);
const char* name_of(const DataSetEvent& event);
UtcSeconds time_of(const RunEvent& event);
UtcSeconds time_of(const DataSetEvent& event);

// Without name and time, which have columns of their own.
Json body_of(const RunEvent& event);
Json body_of(const DataSetEvent& event);
// event::Unknown where this release has no event of that name; Error{invalid}: the body is not that of the
// event.
RunEvent run_event(const std::string& name, UtcSeconds at, const Json& body);
DataSetEvent data_set_event(const std::string& name, UtcSeconds at, const Json& body);

// What the event enters in the ledger as used, and by which kind of job; `segment` is null where it enters
// nothing.
struct Charge {
  const Segment* segment = nullptr;
  JobRole role = JobRole::train;
  std::string reason{};  // as in Used
};
Charge charge_of(const RunEvent& event);
Charge charge_of(const DataSetEvent& event);

// The agent's last sign of life in the attempt that the event settles; unset where it says nothing of it.
std::optional<UtcSeconds> last_sign_of_life(const RunEvent& event);

}  // namespace trainyard
