// The files that pass between the daemon and the agent: requests down, evidence up. JSON, one value a file,
// each written atomically by its one writer. Times are UTC seconds. from_json throws Error{invalid} naming
// the key; a file of another `version` is refused, so a daemon and agents of different releases notice.
//
// Evidence lies in the user's directory and is his word. Its readers bound every number, count and length,
// take no time that is still to come, and make texts fit to be shown; whether it is true is another matter.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/json.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

inline constexpr int handover_version = 1;

// The exit code, of the agent and of a program, that asks for another attempt: EX_TEMPFAIL.
inline constexpr int exit_try_again = 75;

// A file beyond these was not written by us.
inline constexpr std::int64_t most_launch_bytes = std::int64_t{16} << 20;
inline constexpr std::int64_t most_evidence_bytes = 1 << 20;
inline constexpr std::int64_t most_claim_bytes = 64 << 10;

// One object of a data set as it was when the run was accepted; a change is noticed by its etag.
struct SourceObject {
  std::string url, key, etag;
  std::int64_t size_bytes = 0;
  bool operator==(const SourceObject&) const = default;
};

// stage.json: daemon → `trainyard-agent stage`. The objects are not in it but in sources.jsonl beside it,
// which read_source_list() adds.
struct StageRequest {
  std::string digest;
  std::string directory;  // where train.h5 or files/ is to appear
  DataSpec data;
  std::vector<SourceObject> objects;       // of data.source, and of data.label_source where there is one
  std::vector<SourceObject> test_objects;  // likewise of data.test_source
};

// staged.json: how staging ended. Without it a stage job that ended is a failure.
struct StageEvidence {
  bool ok = false;
  bool try_again = false;       // the store was unavailable, scratch was full: staging again may work
  std::string message;          // what was wrong, for the scientist
  std::int64_t size_bytes = 0;  // of what was staged
  std::int64_t samples = 0, test_samples = 0;
  UtcSeconds at{};
};

// launch.json: daemon → `trainyard-agent run` and `store`.
struct Launch {
  std::int64_t run_id = 0;
  int attempt = 1;
  std::string token;  // of the train job
  std::string name;
  std::string directory;                          // the attempt's
  std::string code_archive;                       // whole path; empty: none
  std::string dataset_directory, dataset_digest;  // empty: no [data]
  std::string checkpoint_from;                    // attempt n - 1's checkpoint folder; empty for the first
  bool may_be_tried_again = false;                // [retry] leaves room for an attempt after this one
  Manifest manifest;
};

// claim: made with O_EXCL by the first agent of the attempt; any other job of the attempt exits at once. When
// the daemon gives the attempt up it takes the claim away: the agent that held it ends its processes.
struct Claim {
  std::string cluster;
  std::uint32_t job_id = 0;  // of a job array: the array's
  int restarts = 0;          // SLURM_RESTART_COUNT
  std::string host;
  UtcSeconds at{};
  bool revoked = false;  // by the daemon, at that time: nobody executes this attempt any more
  std::optional<std::uint32_t> array_task{};
};

// start.json: the program is about to start.
struct StartEvidence {
  Claim claim;
  std::vector<std::string> hosts;
  int gpus = 0;  // seen by the agent, all nodes: from Slurm's environment
  UtcSeconds at{};
};

// exit.json: the program has ended.
struct ExitEvidence {
  Claim claim;
  int exit_code = 0;  // 0 … 255; meaningful when signal is 0
  int signal = 0;
  std::string message;        // why it could not be started, or what ended it, for the scientist; else empty
  bool data_missing = false;  // the data set was not complete: a retry, not a failure of the program
  bool warned = false;        // USR2 had come: the time limit, or a preemption, was near
  UtcSeconds started_at{}, ended_at{};
  double elapsed_seconds = 0;           // by the monotonic clock
  std::vector<std::string> last_lines;  // of the training log, at most 20
};

// Whether this is the run's end whatever the daemon finds out: the store job then publishes it at once. Of
// any other attempt it publishes nothing before the daemon has settled it.
bool is_final(const std::optional<ExitEvidence>& evidence, bool may_be_tried_again);

// stored.json: the results are in the bucket, the receipt last.
struct StoreEvidence {
  bool ok = false;
  bool try_again = false;
  std::string message;
  std::int64_t objects = 0, size_bytes = 0;
  UtcSeconds at{};
};

// A time of evidence: Error{invalid} naming `what` before 1970, or later than now (an hour is allowed for, as
// clocks differ). Of the heartbeat, too.
UtcSeconds past_time(std::int64_t seconds, const std::string& what);

Json to_json(const SourceObject& object);
Json to_json(const StageRequest& request);
Json to_json(const StageEvidence& evidence);
Json to_json(const Launch& launch);
Json to_json(const Claim& claim);
Json to_json(const StartEvidence& evidence);
Json to_json(const ExitEvidence& evidence);
Json to_json(const StoreEvidence& evidence);

SourceObject source_object_from_json(const Json& json);
StageRequest stage_request_from_json(const Json& json);
StageEvidence stage_evidence_from_json(const Json& json);
Launch launch_from_json(const Json& json);
Claim claim_from_json(const Json& json);
StartEvidence start_evidence_from_json(const Json& json);
ExitEvidence exit_evidence_from_json(const Json& json);
StoreEvidence store_evidence_from_json(const Json& json);

}  // namespace trainyard
