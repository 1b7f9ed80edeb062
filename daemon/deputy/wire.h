// Converts the arguments and results of the deputies' verbs to JSON, and back. A deputy runs as its user, so
// its answers cannot be trusted: the functions that parse them check types and sizes, and the daemon relies
// on nothing else in them.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/json.h"
#include "daemon/deputy/user_files.h"
#include "plugins/scheduler.h"

namespace trainyard::wire {

// A request: {"verb", "scratch" (for files) or "settings" (for Slurm), "arguments"}. An answer: {"value",
// "scratch" (for files)} or {"error"}.
Json to_json(const ScratchRoot& root);
ScratchRoot scratch_root_from_json(const Json& json);
Json to_json(const ScratchState& state);
ScratchState scratch_state_from_json(const Json& json);

Json to_json(const std::vector<AttemptFiles>& attempts);
std::vector<AttemptFiles> attempts_from_json(const Json& json);
Json to_json(const std::optional<ArrayLinks>& links);
std::optional<ArrayLinks> array_links_from_json(const Json& json);
Json to_json(const FilesFound& found);
FilesFound files_found_from_json(const Json& json);
Json to_json(const SourceList& list);
SourceList source_list_from_json(const Json& json);

Json to_json(const JobRequest& request);
JobRequest job_request_from_json(const Json& json);
// queued_job_from_json() makes `said`, a text from the deputy, one printable line of limited length.
Json to_json(const QueuedJob& job);
QueuedJob queued_job_from_json(const Json& json);
Json to_json(const JobKey& key);
JobKey job_key_from_json(const Json& json);
std::set<Token> tokens_from_json(const Json& json);
Json to_json(const std::vector<JobStatus>& jobs);
std::vector<JobStatus> jobs_from_json(const Json& json);
Json to_json(const std::vector<PlanLimit>& plans);
std::vector<PlanLimit> plan_limits_from_json(const Json& json);
Json to_json(const std::vector<PlanDrift>& drift);
std::vector<PlanDrift> plan_drift_from_json(const Json& json);

// throw_error_in() makes the error's text one printable line of limited length, because it might be shown to
// other users and in the journal.
Json to_json(const Error& error);
[[noreturn]] void throw_error_in(const Json& json);

std::vector<std::string> texts_from_json(const Json& json);
std::map<std::string, std::string> text_map_from_json(const Json& json);

}  // namespace trainyard::wire
