#include "daemon/steps/read_evidence.h"

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "daemon/base/text.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

constexpr std::size_t most_logged_bytes = 500;

UtcSeconds heartbeat_from_text(const std::string& text) {
  const auto seconds = text.ends_with('\n')
                           ? whole_number<std::int64_t>(std::string_view(text).substr(0, text.size() - 1))
                           : std::nullopt;
  if (!seconds) throw Error(ErrorKind::invalid, "is no time");
  return past_time(*seconds, "heartbeat");
}

template <class Value, Value (*from_json)(const Json&)>
Value value_from_text(const std::string& text) {
  return from_json(parse_json(text, "the file"));
}

// Returns the value in the JSON of an evidence file; nullopt if the file is missing, unreadable or malformed.
// Logs a warning unless it is missing.
template <class Value>
std::optional<Value> value_in(const FilesFound& found, const char* name, const std::string& directory,
                              Value (*from_text)(const std::string&)) {
  const FileText& file = found.files.at(name);
  std::string problem = file.problem;
  try {
    if (file.text) return from_text(*file.text);
  } catch (const Error& e) {
    problem = e.what();
  }
  if (!problem.empty())
    log_warning("evidence=unreadable {}/{}: {}", directory, name, problem.substr(0, most_logged_bytes));
  return std::nullopt;
}

bool is_launch(const FileText& file) {
  try {
    if (file.text) launch_from_json(parse_json(*file.text, "the launch file"));
    return file.text.has_value();
  } catch (const Error&) {
    return false;
  }
}

bool is_claim_of(const JobKey& job, const Claim& claim) {
  return claim.job_id == job.job_id && claim.array_task == job.task;
}

}  // namespace

AttemptEvidence read_evidence(UserFiles& files, const std::string& directory, const TrainingRun& run) {
  FilesFound found = files.read_files(
      directory, {layout::claim_file, layout::start_file, layout::exit_file, layout::heartbeat_file});
  AttemptEvidence evidence;
  evidence.has_directory = found.has_directory;
  evidence.claim = value_in(found, layout::claim_file, directory, value_from_text<Claim, claim_from_json>);
  evidence.start = value_in(found, layout::start_file, directory,
                            value_from_text<StartEvidence, start_evidence_from_json>);
  evidence.exit =
      value_in(found, layout::exit_file, directory, value_from_text<ExitEvidence, exit_evidence_from_json>);
  evidence.heartbeat = value_in(found, layout::heartbeat_file, directory, heartbeat_from_text);
  const JobKey& job = run.attempt()->train->key;
  if (evidence.start && !is_claim_of(job, evidence.start->claim)) evidence.start.reset();
  if (evidence.exit && !is_claim_of(job, evidence.exit->claim)) evidence.exit.reset();
  return evidence;
}

std::optional<StoreEvidence> read_store_evidence(UserFiles& files, const std::string& directory) {
  FilesFound found = files.read_files(directory, {layout::stored_file, layout::launch_file});
  std::optional<StoreEvidence> evidence = value_in(found, layout::stored_file, directory,
                                                   value_from_text<StoreEvidence, store_evidence_from_json>);
  if (evidence) return evidence;
  const FileText& file = found.files.at(layout::stored_file);
  StoreEvidence unusable;
  if (!found.has_directory)
    unusable.message = directory + " is not there any more";
  else if (file.text || !file.problem.empty())
    unusable.message = join_path(directory, layout::stored_file) + " is not what the store job writes";
  else if (!found.may_write)
    unusable.message = directory + " is closed to its owner";
  else if (!is_launch(found.files.at(layout::launch_file)))
    unusable.message =
        join_path(directory, layout::launch_file) + ", which the store job needs, is not there any more";
  else if (std::string logs = join_path(directory, layout::logs_folder);
           !files.read_files(logs, {}).may_write)  // Slurm cannot write the job's output
    unusable.message = logs + " is not there any more, or closed to its owner";
  else
    return std::nullopt;
  return unusable;
}

std::optional<StageEvidence> read_stage_evidence(UserFiles& files, const std::string& directory) {
  return value_in(files.read_files(directory, {layout::staged_file}), layout::staged_file, directory,
                  value_from_text<StageEvidence, stage_evidence_from_json>);
}

}  // namespace trainyard
