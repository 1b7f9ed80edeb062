#include "daemon/manifest/sbatch_options.h"

#include "daemon/manifest/sbatch_values.h"

namespace trainyard::sbatch {
namespace {

using enum Argument;

constexpr const char* one_cluster = "there is one daemon per cluster: submit to the one of the other cluster";
constexpr const char* prints = "it is about what sbatch prints";
constexpr const char* owner = "a run belongs to the user who submits it";
constexpr const char* buffers =
    "slurmctld looks for burst buffers in the job's own script, which is Trainyard's";

}  // namespace

const std::vector<Option>& options() {
  static const std::vector<Option> table = {
      {"account", 'A', required, read_name},
      {"acctg-freq", 0, required, read_text},
      {"array", 'a', required, read_array},
      {"batch", 0, required, read_text},
      {"bb", 0, required, nullptr, buffers},
      {"bbf", 0, required, nullptr, buffers},
      {"begin", 'b', required, read_moment},
      {"chdir", 'D', required, read_text},
      {"cluster-constraint", 0, required, nullptr, one_cluster},
      {"clusters", 'M', required, nullptr, one_cluster},
      {"comment", 0, required, read_text},
      {"constraint", 'C', required, read_text},
      {"container", 0, required, nullptr, "the batch step is Trainyard's agent, which no image holds"},
      {"contiguous", 0, none, read_flag},
      {"core-spec", 'S', required, read_amount},
      {"cores-per-socket", 0, required, read_count},
      {"cpu-freq", 0, required, nullptr,
       "frequencies of CPUs are not set; srun --cpu-freq in the script does"},
      {"cpus-per-gpu", 0, required, read_count},
      {"cpus-per-task", 'c', required, read_count},
      {"deadline", 0, required, read_moment},
      {"delay-boot", 0, required, read_minutes},
      {"dependency", 'd', required, read_dependency},
      {"distribution", 'm', required, read_distribution},
      {"error", 'e', required, read_text},
      {"exclude", 'x', required, read_nodelist},
      {"exclusive", 0, optional, read_exclusive},
      {"export", 0, required, read_export},
      {"export-file", 0, required, nullptr,
       "it names a file of the host you submit from: use --export=NAME=value"},
      {"extra-node-info", 'B', required, read_topology},
      {"get-user-env", 0, optional, read_flag},
      {"gid", 0, required, nullptr, owner},
      {"gpu-bind", 0, required, read_text},
      {"gpu-freq", 0, required, read_text},
      {"gpus", 'G', required, read_gpus},
      {"gpus-per-node", 0, required, read_gpus},
      {"gpus-per-socket", 0, required, read_gpus},
      {"gpus-per-task", 0, required, read_gpus},
      {"gres", 0, required, read_gres},
      {"gres-flags", 0, required, read_gres_flags},
      {"help", 'h', none, nullptr, prints},
      {"hint", 0, required, read_hint},
      {"hold", 'H', none, nullptr,
       "Trainyard holds its jobs and releases them: submit when the job may start"},
      {"ignore-pbs", 0, none, read_flag},
      {"input", 'i', required, read_text},
      {"job-name", 'J', required, read_text},
      {"kill-on-invalid-dep", 0, required, read_yes_no},
      {"licenses", 'L', required, read_text},
      {"mail-type", 0, required, read_mail},
      {"mail-user", 0, required, read_text},
      {"mcs-label", 0, required, read_text},
      {"mem", 0, required, read_size},
      {"mem-bind", 0, required, nullptr, "memory is bound by srun --mem-bind in the script"},
      {"mem-per-cpu", 0, required, read_size},
      {"mem-per-gpu", 0, required, read_size},
      {"mincpus", 0, required, read_count},
      {"network", 0, required, read_text},
      {"nice", 0, optional, read_nice},
      {"no-kill", 'k', optional, read_no_kill},
      {"no-requeue", 0, none, read_flag},
      {"nodefile", 'F', required, nullptr, "it names a file of the host you submit from: use --nodelist"},
      {"nodelist", 'w', required, read_nodelist},
      {"nodes", 'N', required, read_nodes},
      {"ntasks", 'n', required, read_count},
      {"ntasks-per-core", 0, required, read_count},
      {"ntasks-per-gpu", 0, required, read_count},
      {"ntasks-per-node", 0, required, read_count},
      {"ntasks-per-socket", 0, required, read_count},
      {"open-mode", 0, required, read_open_mode},
      {"output", 'o', required, read_text},
      {"overcommit", 'O', none, read_flag},
      {"oversubscribe", 's', none, read_flag},
      {"parsable", 0, none, nullptr, "it is about what sbatch prints: trainyard submit --json"},
      {"partition", 'p', required, read_partitions},
      {"power", 0, required, nullptr, "power is not managed by Trainyard"},
      {"prefer", 0, required, read_text},
      {"priority", 0, required, nullptr,
       "releasing a held job gives it the priority that Slurm computes; see --nice"},
      {"profile", 0, required, nullptr, "profiles are collected by srun --profile in the script"},
      {"propagate", 0, optional, read_propagate},
      {"qos", 'q', required, read_name},
      {"quiet", 'Q', none, nullptr, prints},
      {"reboot", 0, none, read_flag},
      {"requeue", 0, none, nullptr,
       "a job that Slurm starts again is not the one that was submitted; #TRAINYARD retry.attempts = 3 "
       "starts a new one"},
      {"reservation", 0, required, read_text},
      {"signal", 0, required, read_signal},
      {"sockets-per-node", 0, required, read_count},
      {"spread-job", 0, none, read_flag},
      {"switches", 0, required, read_switches},
      {"tasks-per-node", 0, required, read_count},
      {"test-only", 0, none, nullptr, "it submits nothing: trainyard submit --dry-run"},
      {"thread-spec", 0, required, read_amount},
      {"threads-per-core", 0, required, read_count},
      {"time", 't', required, read_minutes},
      {"time-min", 0, required, read_minutes},
      {"tmp", 0, required, read_size},
      {"uid", 0, required, nullptr, owner},
      {"usage", 0, none, nullptr, prints},
      {"use-min-nodes", 0, none, read_flag},
      {"verbose", 'v', none, nullptr, prints},
      {"version", 'V', none, nullptr, prints},
      {"wait", 'W', none, nullptr, "it is about when sbatch ends: trainyard submit --wait"},
      {"wait-all-nodes", 0, required, read_zero_one},
      {"wckey", 0, required, read_text},
      {"wrap", 0, required, nullptr, "a file has its commands already"},
  };
  return table;
}

const Option* find_option(const std::string& name) {
  const Option* found = nullptr;
  int beginnings = 0;
  for (const Option& option : options()) {
    if (name == option.name) return &option;
    if (!std::string(option.name).starts_with(name)) continue;
    found = &option;
    ++beginnings;
  }
  return beginnings == 1 && !name.empty() ? found : nullptr;
}

const Option* find_option(char letter) {
  for (const Option& option : options())
    if (option.letter != 0 && option.letter == letter) return &option;
  return nullptr;
}

}  // namespace trainyard::sbatch
