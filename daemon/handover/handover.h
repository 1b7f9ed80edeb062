// The files by which the daemon and the agent communicate: requests from the daemon, evidence from the agent.
// A file holds one JSON value and is written atomically. Each has one writer, except the claim. Times are UTC
// seconds. The …_from_json() functions throw Error{invalid} naming the key. They refuse a file with another
// `version`, so that a daemon and an agent of different releases do not misread each other's files.
//
// Evidence lies in the user's directory, and the user can change it. The functions that parse it limit every
// number, count and length, refuse times in the future, and make texts printable. They cannot check whether
// the evidence is true.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/json.h"
#include "daemon/base/store_access.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

inline constexpr int handover_version = 1;

// The exit code with which an agent or a program asks for another attempt: EX_TEMPFAIL.
inline constexpr int exit_try_again = 75;

// The greatest sizes of these files. Trainyard writes no larger ones, so a larger one is refused.
inline constexpr std::int64_t most_launch_bytes = std::int64_t{16} << 20;
inline constexpr std::int64_t most_evidence_bytes = 1 << 20;
inline constexpr std::int64_t most_claim_bytes = 64 << 10;

// One object of a data set as it was when the run was accepted. If the store has it with another etag now, it
// was changed.
struct SourceObject {
  std::string url, key, etag;
  std::int64_t size_bytes = 0;
  bool operator==(const SourceObject&) const = default;
};

// stage.json: from the daemon to `trainyard-agent stage`. The file does not hold the objects:
// read_source_list() adds them from sources.jsonl beside it.
struct StageRequest {
  std::string digest;
  std::string directory;  // where the agent puts train.h5 or files/
  DataSpec data;
  StoreAccess store;
  std::vector<SourceObject> objects;       // of data.source and data.label_source
  std::vector<SourceObject> test_objects;  // of data.test_source and data.test_label_source
};

// staged.json: how staging ended. A stage job that ended without writing it has failed.
struct StageEvidence {
  bool ok = false;
  bool try_again = false;       // the store was unavailable, or scratch was full: staging again might work
  std::string message;          // for the scientist: what was wrong
  std::int64_t size_bytes = 0;  // of the staged data set
  std::int64_t samples = 0, test_samples = 0;
  UtcSeconds at{};
  bool waits_for_credentials = false;  // the store's keys are missing, or refused; `message` has the remedy
};

// progress.json: how much of a data set its stage job has fetched; replaced about every second.
struct StageProgressNote {
  std::int64_t fetched_bytes = 0;
  std::int64_t size_bytes = 0;     // of all objects
  std::int64_t objects = 0;        // that have arrived
  double elapsed_seconds = 0;      // since the stage job began to fetch
  std::int64_t earlier_bytes = 0;  // of fetched_bytes: those that an earlier stage job has fetched
  UtcSeconds at{};
};

// launch.json: what to run and to store, from the daemon to `trainyard-agent run` and `trainyard-agent
// store`.
struct Launch {
  std::int64_t run_id = 0;
  int attempt = 1;
  std::string token;  // of the train job
  std::string name;
  std::string directory;                          // of the attempt
  std::string code_archive;                       // absolute path; empty: none
  std::string dataset_directory, dataset_digest;  // empty: no [data]
  std::string checkpoint_from;                    // the previous attempt's checkpoint folder; empty: none
  bool may_be_tried_again = false;                // [retry] allows another attempt after this one
  StoreAccess data_store, results_store;          // of the manifest's URLs
  Manifest manifest;
};

// claim: the job that executes an attempt (claim.h). The first agent of the attempt creates the file
// exclusively, as with O_EXCL; the agent of any other train job of the attempt then exits at once. When the
// daemon gives the attempt up, it revokes the claim; the agent named in the claim then ends its processes.
struct Claim {
  std::string cluster;
  std::uint32_t job_id = 0;  // of a task of a job array: the array's id
  int restarts = 0;          // SLURM_RESTART_COUNT
  std::string host;
  UtcSeconds at{};
  bool revoked = false;  // by the daemon, at time `at`: no job executes this attempt any more
  std::optional<std::uint32_t> array_task{};
};

// start.json: the program is about to start.
struct StartEvidence {
  Claim claim;
  std::vector<std::string> hosts;
  int gpus = 0;  // on all nodes, as Slurm's environment tells the agent
  UtcSeconds at{};
};

// exit.json: the program has ended.
struct ExitEvidence {
  Claim claim;
  int exit_code = 0;  // 0 … 255; meaningful when signal is 0
  int signal = 0;
  std::string message;        // for the scientist: why the program did not start, or what ended it; or empty
  bool data_missing = false;  // the data set was not complete: a retry, not a failure of the program
  bool warned = false;        // the agent got USR2: the time limit or a preemption was near
  UtcSeconds started_at{}, ended_at{};
  double elapsed_seconds = 0;           // by the monotonic clock
  std::vector<std::string> last_lines;  // of the training log, at most 20
};

// Returns true if the evidence alone shows that the run has no further attempt: this attempt succeeded, or
// [retry] allows no other. The store job then stores the results at once. Otherwise it waits until the daemon
// has decided whether there is another attempt (the file `settled`).
bool is_final(const std::optional<ExitEvidence>& evidence, bool may_be_tried_again);

// stored.json: how storing ended. If `ok`, the results are in the bucket, with the receipt written last.
struct StoreEvidence {
  bool ok = false;
  bool try_again = false;
  std::string message;
  std::int64_t objects = 0, size_bytes = 0;
  UtcSeconds at{};
  bool waits_for_credentials = false;  // as in StageEvidence
};

// Converts a time in evidence or in a heartbeat. Error{invalid} naming `what` if the time is before 1970, or
// more than an hour in the future; the hour allows for clocks that differ.
UtcSeconds past_time(std::int64_t seconds, const std::string& what);

Json to_json(const SourceObject& object);
Json to_json(const StageRequest& request);
Json to_json(const StageEvidence& evidence);
Json to_json(const StageProgressNote& note);
Json to_json(const Launch& launch);
Json to_json(const Claim& claim);
Json to_json(const StartEvidence& evidence);
Json to_json(const ExitEvidence& evidence);
Json to_json(const StoreEvidence& evidence);

SourceObject source_object_from_json(const Json& json);
StageRequest stage_request_from_json(const Json& json);
StageEvidence stage_evidence_from_json(const Json& json);
StageProgressNote stage_progress_from_json(const Json& json);
Launch launch_from_json(const Json& json);
Claim claim_from_json(const Json& json);
StartEvidence start_evidence_from_json(const Json& json);
ExitEvidence exit_evidence_from_json(const Json& json);
StoreEvidence store_evidence_from_json(const Json& json);

}  // namespace trainyard
