// The names and places of all files on scratch, for the daemon, the agent and their tests.
//
// <scratch> is a directory of one user, mode 0700. Its name ends with the id of the daemon's ledger:
// "/scratch/ada/trainyard/1f3a…".
//
//   <scratch>/made-by-trainyard             its absence shows that scratch was emptied after it was made
//   <scratch>/credentials                   the user's keys for object stores, mode 0600
//   <scratch>/code/<sha256>.tar             packed code that was uploaded: complete, or not there
//   <scratch>/datasets/<digest>/
//     sources.jsonl                         its objects when the run was accepted (source_list.h)
//     stage.json                            what to stage (StageRequest), written by the user's deputy
//     train.h5 | files/                     the data set: complete, or not there (trainyard-scratch(5))
//     digests                               SHA-256 of the files in files/ (agent/fetch_journal.h)
//     staging/                              what a killed stage job leaves for the next one
//     progress.json                         how far staging is (StageProgressNote)
//     staged.json                           evidence of the stage job (StageEvidence)
//     stage.log                             output of the stage job
//   <scratch>/runs/<run>/
//     code.tar                              the packed code, if any
//     attempts/<n>/
//       launch.json                         what to launch (Launch), mode 0600
//       script                              a batch script, as it was submitted
//       claim                               which job executes this attempt (Claim), created exclusively
//       start.json heartbeat exit.json      evidence of the train job (StartEvidence, ExitEvidence)
//       settled                             the daemon's permission to store an attempt that did not succeed
//       storing                             which files the store job has stored (agent/store_journal.h)
//       stored.json                         evidence of the store job (StoreEvidence)
//       model/ results/ checkpoint/ logs/   MODEL_DIR RESULT_DIR CHECKPOINT_DIR LOG_DIR
//       metrics.jsonl                       the built-in trainer's metrics
//   <scratch>/arrays/<run>.<attempt>/       of a job array; named after its first run and attempt
//     <task>                                link to the attempt's directory
#pragma once
#include <cstdint>
#include <string>

namespace trainyard::layout {

inline constexpr const char* scratch_marker = "made-by-trainyard";
inline constexpr const char* source_list = "sources.jsonl";
inline constexpr const char* stage_file = "stage.json";
inline constexpr const char* staged_file = "staged.json";
inline constexpr const char* progress_file = "progress.json";
inline constexpr const char* stage_log = "stage.log";
inline constexpr const char* staging_folder = "staging";  // what a stage job has not finished yet
inline constexpr const char* fetch_journal = "fetched";   // in it: which units have been fetched
inline constexpr const char* dataset_file = "train.h5";   // of the formats csv, idx, …
inline constexpr const char* raw_folder = "files";        // of the format raw
inline constexpr const char* digests_file = "digests";    // of the format raw
inline constexpr const char* code_archive = "code.tar";
inline constexpr const char* launch_file = "launch.json";
inline constexpr const char* script_file = "script";
inline constexpr const char* claim_file = "claim";
inline constexpr const char* start_file = "start.json";
inline constexpr const char* heartbeat_file = "heartbeat";
inline constexpr const char* exit_file = "exit.json";
inline constexpr const char* settled_file = "settled";
inline constexpr const char* store_journal = "storing";
inline constexpr const char* stored_file = "stored.json";
inline constexpr const char* receipt_file = "receipt.json";  // of stored results, written last
inline constexpr const char* model_folder = "model";
inline constexpr const char* results_folder = "results";
inline constexpr const char* checkpoint_folder = "checkpoint";
inline constexpr const char* logs_folder = "logs";
inline constexpr const char* metrics_file = "metrics.jsonl";
inline constexpr const char* training_log = "logs/training-log.txt";  // the program's stdout and stderr
inline constexpr const char* error_log =
    "logs/training-errors.txt";                                     // stderr, if a batch script separates it
inline constexpr const char* train_job_log = "logs/train-job.txt";  // the agent's own messages
inline constexpr const char* store_job_log = "logs/store-job.txt";

std::string credentials_file(const std::string& scratch);
std::string datasets_directory(const std::string& scratch);
std::string dataset_directory(const std::string& scratch, const std::string& digest);
std::string run_directory(const std::string& scratch, std::int64_t run_id);
std::string attempt_directory(const std::string& scratch, std::int64_t run_id, int attempt);
std::string array_directory(const std::string& scratch, std::int64_t first_run, int first_attempt);

std::string code_directory(const std::string& scratch);
std::string uploaded_code(const std::string& scratch, const std::string& digest);

// Returns the name of a run for its user: "training-42".
std::string training_id(std::int64_t run_id);

}  // namespace trainyard::layout
