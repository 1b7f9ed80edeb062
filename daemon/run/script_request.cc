#include "daemon/run/script_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/base/fd.h"
#include "daemon/base/text.h"
#include "daemon/manifest/sbatch_values.h"

namespace trainyard {
namespace {

// Options of the script that are not in JobRequest::batch_options, because other fields of the request, or
// the environment, have them.
constexpr std::array not_for_the_scheduler{"chdir",      "comment",  "exclude",    "export",   "get-user-env",
                                           "ignore-pbs", "job-name", "no-requeue", "propagate"};

// Options whose values sbatch also gives to the script and its job steps in an environment variable.
struct Told {
  const char* option;
  const char* variable;
};
constexpr std::array told{Told{"cpus-per-gpu", "SLURM_CPUS_PER_GPU"},
                          Told{"cpus-per-task", "SLURM_CPUS_PER_TASK"},
                          Told{"distribution", "SLURM_DISTRIBUTION"},
                          Told{"gpu-bind", "SLURM_GPU_BIND"},
                          Told{"gpu-freq", "SLURM_GPU_FREQ"},
                          Told{"gpus", "SLURM_GPUS"},
                          Told{"gpus-per-node", "SLURM_GPUS_PER_NODE"},
                          Told{"gpus-per-socket", "SLURM_GPUS_PER_SOCKET"},
                          Told{"gpus-per-task", "SLURM_GPUS_PER_TASK"},
                          Told{"hint", "SLURM_HINT"},
                          Told{"mem-per-gpu", "SLURM_MEM_PER_GPU"},
                          Told{"network", "SLURM_NETWORK"},
                          Told{"ntasks", "SLURM_NTASKS"},
                          Told{"ntasks", "SLURM_NPROCS"},
                          Told{"ntasks-per-core", "SLURM_NTASKS_PER_CORE"},
                          Told{"ntasks-per-gpu", "SLURM_NTASKS_PER_GPU"},
                          Told{"ntasks-per-node", "SLURM_NTASKS_PER_NODE"},
                          Told{"ntasks-per-socket", "SLURM_NTASKS_PER_SOCKET"},
                          Told{"threads-per-core", "SLURM_THREADS_PER_CORE"}};

std::string as_text(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// Doubles each "%" in a text that is put into a file name pattern of Slurm, so that Slurm does not take it
// for a placeholder.
std::string escaped(const std::string& text) {
  std::string result;
  for (char c : text) result += c == '%' ? std::string("%%") : std::string(1, c);
  return result;
}

std::string from(const std::string& directory, const std::string& path) {
  return path.starts_with('/') ? path : join_path(directory, path);
}

void fill_patterns(Json& options, const ScriptSpec& script) {
  if (script.array_task && !options.contains("output")) options["output"] = "slurm-%A_%a.out";
  for (const char* name : {"output", "error", "input"})
    if (options.contains(name)) options[name] = fill_pattern(options[name].get<std::string>(), script);
}

void fix_moments(Json& options, UtcSeconds accepted_at) {
  for (const char* name : {"begin", "deadline"})
    if (options.contains(name))
      options[name] = to_unix(sbatch::moment_of(options[name].get<std::string>(), accepted_at));
}

std::vector<std::string> exported(const ScriptSpec& script) {
  std::vector<std::string> variables;
  auto list = script.options.find("export");
  if (list == script.options.end()) return variables;
  std::vector<std::string> words;
  for (const auto& [name, value] : list->items()) {
    words.push_back(value.is_null() ? name : name + '=' + value.get<std::string>());
    if (value.is_string()) variables.push_back(words.back());
  }
  for (const auto& [name, value] : script.origin->variables) variables.push_back(name + '=' + value);
  // srun in the script reads SLURM_EXPORT_ENV and exports only these variables to its tasks.
  variables.push_back("SLURM_EXPORT_ENV=" + (words.empty() ? "NONE" : join(words, ",")));
  return variables;
}

}  // namespace

std::string fill_pattern(const std::string& pattern, const ScriptSpec& script) {
  std::string filled;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char next = pattern[at] == '%' && at + 1 < pattern.size() ? pattern[at + 1] : '\0';
    if (next == 'x')
      filled += escaped(script.job_name);
    else if (next == 'a' && script.array_task)
      filled += std::to_string(script.array_task->index);
    else
      filled += next == '\0' ? pattern.substr(at, 1) : pattern.substr(at, 2);
    if (next != '\0') ++at;
  }
  return filled;
}

std::vector<std::string> script_environment(const ScriptSpec& script) {
  const Json& options = script.options;
  std::vector<std::string> variables = exported(script);
  for (const Told& known : told)
    if (options.contains(known.option))
      variables.push_back(std::string(known.variable) + '=' + as_text(options[known.option]));
  if (options.contains("open-mode"))
    variables.push_back("SLURM_OPEN_MODE=" + options["open-mode"].get<std::string>().substr(0, 1));
  if (const std::optional<ArrayTask>& task = script.array_task)
    for (const auto& [name, value] :
         {std::pair("ID", task->index), {"COUNT", task->count}, {"MIN", task->least}, {"MAX", task->most}})
      variables.push_back(fmt::format("SLURM_ARRAY_TASK_{}={}", name, value));
  variables.push_back("SLURM_SUBMIT_DIR=" + script.origin->directory);
  variables.push_back("SLURM_SUBMIT_HOST=" + script.origin->host);
  variables.push_back(fmt::format("SLURM_UMASK={:04o}", static_cast<unsigned>(script.origin->umask)));
  variables.push_back("SLURM_PRIO_PROCESS=0");
  variables.push_back("SLURM_GET_USER_ENV=1");  // slurmd adds the user's login environment
  return variables;
}

void describe_script(JobRequest& request, const ScriptSpec& script, UtcSeconds accepted_at,
                     const std::string& agent_log) {
  Json options = script.options;
  for (const char* name : not_for_the_scheduler) options.erase(name);
  fill_patterns(options, script);
  fix_moments(options, accepted_at);
  request.batch_options = std::move(options);
  request.command = script.origin->path;
  // Nodes that failed in an earlier attempt are added to the nodes that the script excludes. If the script
  // asks for a signal itself (--signal), Trainyard asks for none.
  if (const std::string left_out = script.options.value("exclude", ""); !left_out.empty())
    request.exclude_nodes = request.exclude_nodes.empty() ? left_out : left_out + ',' + request.exclude_nodes;
  if (script.options.contains("signal")) request.warning_signal = 0;
  request.working_directory =
      from(script.origin->directory, script.options.value("chdir", script.origin->directory));
  if (const std::string comment = script.options.value("comment", ""); !comment.empty())
    request.comment += ": " + comment.substr(0, 500);
  // The agent finds the script's stdout and stderr, which Slurm has opened, as the descriptors 3 and 4.
  std::string& wrapper = request.script;
  if (wrapper.ends_with('\n')) wrapper.pop_back();
  wrapper += fmt::format(" 3>&1 4>&2 >>{} 2>&1\n", shell_quote(agent_log));
  // Of Trainyard's own variables only SLURM_CONF is kept, because variables set here take precedence over the
  // user's login environment.
  std::erase_if(request.environment,
                [](const std::string& variable) { return !variable.starts_with("SLURM_CONF="); });
  for (std::string& variable : script_environment(script)) request.environment.push_back(std::move(variable));
}

}  // namespace trainyard
