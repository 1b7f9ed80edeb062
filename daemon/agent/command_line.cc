#include "daemon/agent/command_line.h"

#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/agent/environment.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/installation.h"
#include "daemon/base/text.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

std::string this_program() { return fs::read_symlink("/proc/self/exe"); }

// Returns the trainer beside this program, else where it is installed, else its name, which is looked up in
// PATH.
std::string trainer_program() {
  const std::string name = "trainyard-train";
  const Installation installation = this_installation();
  for (const std::string& folder :
       {fs::path(this_program()).parent_path().string(), installation.internals, installation.programs})
    if (::access(join_path(folder, name).c_str(), X_OK) == 0) return join_path(folder, name);
  return name;
}

// Returns the words that start mpirun. Open MPI itself takes hosts and slots from Slurm's allocation. Slurm
// has also chosen the cores already, so mpirun must not bind: it would bind the first rank of every job on a
// shared node to the same core.
std::vector<std::string> mpirun(const Resources& resources,
                                const std::map<std::string, std::string>& variables) {
  std::vector<std::string> words{"mpirun",
                                 "-np",
                                 std::to_string(resources.ranks()),
                                 "--map-by",
                                 "ppr:" + std::to_string(resources.ranks_per_node) + ":node",
                                 "--bind-to",
                                 "none"};
  for (const auto& [name, value] : variables) words.insert(words.end(), {"-x", name});
  return words;
}

std::map<std::string, std::string> mpirun_variables() {
  // By default mpirun kills its ranks one second after TERM; Slurm gives the job 30 seconds (KillWait).
  std::map<std::string, std::string> variables{{"OMPI_MCA_odls_base_sigkill_timeout", "25"}};
  if (::geteuid() == 0) {
    variables["OMPI_ALLOW_RUN_AS_ROOT"] = "1";
    variables["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
  }
  return variables;
}

std::vector<std::string> srun(const Resources& resources) {
  return {"srun", "--mpi=pmix", "-n", std::to_string(resources.ranks()),
          "--ntasks-per-node=" + std::to_string(resources.ranks_per_node)};
}

// Makes the shell survive USR2, the warning before the time limit. The warning is for the program: a shell
// killed by it would end the program, too.
constexpr const char* outlive_warning = "trap : USR2\n";

// Returns the text for sh: first `setup`, then the launcher, which replaces the shell. So a module in `setup`
// can provide another mpirun, and every rank inherits the variables that `setup` sets.
std::string shell_script(const CommandSpec& command, std::vector<std::string> launcher) {
  const std::string setup = outlive_warning + (command.setup.empty() ? "" : command.setup + "\n");
  if (launcher.empty()) return setup + command.run;
  for (const std::string& word : {this_program(), std::string("rank"), std::string("--"), std::string("sh"),
                                  std::string("-c"), outlive_warning + command.run})
    launcher.push_back(word);
  std::string line = "exec";
  for (const std::string& word : launcher) line += ' ' + shell_quote(word);
  return setup + line;
}

Program trainer(const Resources& resources, const std::map<std::string, std::string>& variables,
                const std::string& settings) {
  Program program{mpirun(resources, variables), mpirun_variables(), SIGUSR2};
  // USR2 is sent in place of TERM: mpirun passes USR2 on and keeps running, so the ranks can write their
  // checkpoint and exit with 75.
  for (const std::string& word :
       {this_program(), std::string("rank"), std::string("--"), trainer_program(), settings})
    program.arguments.push_back(word);
  return program;
}

}  // namespace

Program program_of(const Launch& launch, const std::map<std::string, std::string>& variables,
                   const std::string& settings) {
  const Resources& resources = launch.manifest.resources;
  if (std::holds_alternative<ScriptSpec>(launch.manifest.program))
    return {{join_path(launch.directory, layout::script_file)}, {}, 0};
  const auto* command = std::get_if<CommandSpec>(&launch.manifest.program);
  if (!command) return trainer(resources, variables, settings);
  switch (command->launcher) {
    case Launcher::single:
      return {{"sh", "-c", shell_script(*command, {})}, {}, 0};
    case Launcher::mpi:
      return {{"sh", "-c", shell_script(*command, mpirun(resources, variables))}, mpirun_variables(), 0};
    case Launcher::srun:
      return {{"sh", "-c", shell_script(*command, srun(resources))}, {}, 0};
  }
  throw Error(ErrorKind::internal, "no such launcher");
}

Json trainer_settings(const Launch& launch) {
  const auto* train = std::get_if<TrainSpec>(&launch.manifest.program);
  if (!train || launch.dataset_directory.empty())
    throw Error(ErrorKind::invalid, "the built-in trainer needs [train] and [data] in the manifest");
  Json settings = training_to_json(train->training);
  settings["version"] = 1;
  settings["device"] = train->device;
  settings["layers"] = layers_to_json(train->layers);
  settings["data"] = join_path(launch.dataset_directory, layout::dataset_file);
  settings["results"] = join_path(launch.directory, layout::results_folder);
  settings["checkpoint"] = join_path(launch.directory, layout::checkpoint_folder);
  settings["metrics"] = join_path(launch.directory, layout::metrics_file);
  return settings;
}

}  // namespace trainyard
