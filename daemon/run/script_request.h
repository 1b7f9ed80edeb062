// Makes the request for the train job of a batch script, as sbatch would have submitted it from the host,
// directory and environment where the user submitted the script (ScriptOrigin). Pure functions.
#pragma once
#include <string>

#include "daemon/manifest/manifest.h"
#include "plugins/scheduler.h"

namespace trainyard {

// Sets the batch options of `request`, the request for a train job, to the options of the batch script. Then
// the scheduler's module takes all resources from these options and none from the other fields of the
// request. `accepted_at`: the "now" of --begin=now+1hour. `agent_log`: the file for the agent's own output;
// the script's output goes to the files that its options name.
void describe_script(JobRequest& request, const ScriptSpec& script, UtcSeconds accepted_at,
                     const std::string& agent_log);

// Replaces the placeholders in the file name pattern of --output, --error or --input that only Trainyard
// knows: %x, the job's name, and %a, the task's index. Slurm replaces the others.
std::string fill_pattern(const std::string& pattern, const ScriptSpec& script);

// Returns the environment variables that sbatch itself sets for the script, as NAME=value.
std::vector<std::string> script_environment(const ScriptSpec& script);

}  // namespace trainyard
