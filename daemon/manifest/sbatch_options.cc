#include "daemon/manifest/sbatch_options.h"

#include <array>

#include "daemon/manifest/sbatch_values.h"

namespace trainyard::sbatch {
namespace {

using enum Argument;

constexpr const char* one_cluster = "there is one daemon per cluster: submit to the one of the other cluster";
constexpr const char* prints = "it is about what sbatch prints";
constexpr const char* owner = "a run belongs to the user who submits it";
constexpr const char* buffers =
    "slurmctld looks for burst buffers in the job's own script, which is Trainyard's";

constexpr std::array all_options{
    Option{"account", 'A', required, read_name},
    Option{"acctg-freq", 0, required, read_text},
    Option{"array", 'a', required, read_array},
    Option{"batch", 0, required, read_text},
    Option{"bb", 0, required, nullptr, buffers},
    Option{"bbf", 0, required, nullptr, buffers},
    Option{"begin", 'b', required, read_moment},
    Option{"chdir", 'D', required, read_text},
    Option{"cluster-constraint", 0, required, nullptr, one_cluster},
    Option{"clusters", 'M', required, nullptr, one_cluster},
    Option{"comment", 0, required, read_comment},
    Option{"constraint", 'C', required, read_text},
    Option{"container", 0, required, nullptr, "the batch step is Trainyard's agent, which no image holds"},
    Option{"contiguous", 0, none, read_flag},
    Option{"core-spec", 'S', required, read_amount},
    Option{"cores-per-socket", 0, required, read_count},
    Option{"cpu-freq", 0, required, nullptr,
           "frequencies of CPUs are not set; srun --cpu-freq in the script does"},
    Option{"cpus-per-gpu", 0, required, read_count},
    Option{"cpus-per-task", 'c', required, read_count},
    Option{"deadline", 0, required, read_moment},
    Option{"delay-boot", 0, required, read_minutes},
    Option{"dependency", 'd', required, read_dependency},
    Option{"distribution", 'm', required, read_distribution},
    Option{"error", 'e', required, read_text},
    Option{"exclude", 'x', required, read_nodelist},
    Option{"exclusive", 0, optional, read_exclusive},
    Option{"export", 0, required, read_export},
    Option{"export-file", 0, required, nullptr,
           "it names a file of the host you submit from: use --export=NAME=value"},
    Option{"extra-node-info", 'B', required, read_topology},
    Option{"get-user-env", 0, optional, read_flag},
    Option{"gid", 0, required, nullptr, owner},
    Option{"gpu-bind", 0, required, read_text},
    Option{"gpu-freq", 0, required, read_text},
    Option{"gpus", 'G', required, read_gpus},
    Option{"gpus-per-node", 0, required, read_gpus},
    Option{"gpus-per-socket", 0, required, read_gpus},
    Option{"gpus-per-task", 0, required, read_gpus},
    Option{"gres", 0, required, read_gres},
    Option{"gres-flags", 0, required, read_gres_flags},
    Option{"help", 'h', none, nullptr, prints},
    Option{"hint", 0, required, read_hint},
    Option{"hold", 'H', none, nullptr,
           "Trainyard holds its jobs and releases them: submit when the job may start"},
    Option{"ignore-pbs", 0, none, read_flag},
    Option{"input", 'i', required, read_text},
    Option{"job-name", 'J', required, read_text},
    Option{"kill-on-invalid-dep", 0, required, read_yes_no},
    Option{"licenses", 'L', required, read_text},
    Option{"mail-type", 0, required, read_mail, nullptr, true},
    Option{"mail-user", 0, required, read_text},
    Option{"mcs-label", 0, required, read_text},
    Option{"mem", 0, required, read_size},
    Option{"mem-bind", 0, required, nullptr, "memory is bound by srun --mem-bind in the script"},
    Option{"mem-per-cpu", 0, required, read_size},
    Option{"mem-per-gpu", 0, required, read_size},
    Option{"mincpus", 0, required, read_count},
    Option{"network", 0, required, read_text},
    Option{"nice", 0, optional, read_nice},
    Option{"no-kill", 'k', optional, read_no_kill},
    Option{"no-requeue", 0, none, read_flag},
    Option{"nodefile", 'F', required, nullptr, "it names a file of the host you submit from: use --nodelist"},
    Option{"nodelist", 'w', required, read_nodelist},
    Option{"nodes", 'N', required, read_nodes},
    Option{"ntasks", 'n', required, read_count},
    Option{"ntasks-per-core", 0, required, read_count},
    Option{"ntasks-per-gpu", 0, required, read_count},
    Option{"ntasks-per-node", 0, required, read_count},
    Option{"ntasks-per-socket", 0, required, read_count},
    Option{"open-mode", 0, required, read_open_mode},
    Option{"output", 'o', required, read_text},
    Option{"overcommit", 'O', none, read_flag},
    Option{"oversubscribe", 's', none, read_flag},
    Option{"parsable", 0, none, nullptr, "it is about what sbatch prints: trainyard submit --json"},
    Option{"partition", 'p', required, read_partitions},
    Option{"power", 0, required, nullptr, "power is not managed by Trainyard"},
    Option{"prefer", 0, required, read_text},
    Option{"priority", 0, required, nullptr,
           "releasing a held job gives it the priority that Slurm computes; see --nice"},
    Option{"profile", 0, required, nullptr, "profiles are collected by srun --profile in the script"},
    Option{"propagate", 0, optional, read_propagate},
    Option{"qos", 'q', required, read_name},
    Option{"quiet", 'Q', none, nullptr, prints},
    Option{"reboot", 0, none, read_flag},
    Option{"requeue", 0, none, nullptr,
           "a job that Slurm starts again is not the one that was submitted; #TRAINYARD retry.attempts = 3 "
           "starts a new one"},
    Option{"reservation", 0, required, read_text},
    Option{"signal", 0, required, read_signal},
    Option{"sockets-per-node", 0, required, read_count},
    Option{"spread-job", 0, none, read_flag},
    Option{"switches", 0, required, read_switches},
    Option{"tasks-per-node", 0, required, read_count},
    Option{"test-only", 0, none, nullptr, "it submits nothing: trainyard submit --dry-run"},
    Option{"thread-spec", 0, required, read_amount},
    Option{"threads-per-core", 0, required, read_count},
    Option{"time", 't', required, read_minutes},
    Option{"time-min", 0, required, read_minutes},
    Option{"tmp", 0, required, read_size},
    Option{"uid", 0, required, nullptr, owner},
    Option{"usage", 0, none, nullptr, prints},
    Option{"use-min-nodes", 0, none, read_flag},
    Option{"verbose", 'v', none, nullptr, prints},
    Option{"version", 'V', none, nullptr, prints},
    Option{"wait", 'W', none, nullptr, "it is about when sbatch ends: trainyard submit --wait"},
    Option{"wait-all-nodes", 0, required, read_zero_one},
    Option{"wckey", 0, required, read_text},
    Option{"wrap", 0, required, nullptr, "a file has its commands already"}};

}  // namespace

std::span<const Option> options() { return all_options; }

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
