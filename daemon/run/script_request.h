// The train job of a batch script, as sbatch would have submitted it from where it was submitted. Pure.
#pragma once
#include <string>

#include "daemon/manifest/manifest.h"
#include "plugins/scheduler.h"

namespace trainyard {

// `request` is a train job; what the script says takes the place of what the manifest's resources say.
// `accepted_at` is when --begin=now+1hour was said; `agent_log` takes what the agent has to say, while the
// script's own output goes where its options send it.
void describe_script(JobRequest& request, const ScriptSpec& script, UtcSeconds accepted_at,
                     const std::string& agent_log);

// A pattern of --output, --error or --input with what only Trainyard knows filled in: %x, the job's name, and
// %a, the task's index. The others are Slurm's.
std::string fill_pattern(const std::string& pattern, const ScriptSpec& script);

// What sbatch itself sets for the script, NAME=value.
std::vector<std::string> script_environment(const ScriptSpec& script);

}  // namespace trainyard
