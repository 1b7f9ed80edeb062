#include "daemon/agent/environment.h"

#include <unistd.h>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "daemon/handover/layout.h"
#include "plugins/formats/table/format_table.h"

namespace trainyard {

std::string data_directory(const Launch& launch) {
  if (launch.dataset_directory.empty()) return "";
  const bool raw = launch.manifest.data && is_format_of_files(launch.manifest.data->format);
  return raw ? join_path(launch.dataset_directory, layout::raw_folder) : launch.dataset_directory;
}

int rank_count(const Manifest& manifest) {
  const auto* command = std::get_if<CommandSpec>(&manifest.program);
  if (std::holds_alternative<ScriptSpec>(manifest.program)) return 1;
  return command && command->launcher == Launcher::single ? 1 : manifest.resources.ranks();
}

namespace {

// Removes the variables that a batch script must keep as its own environment has them: DATA_DIR if the run
// has no [data], GPU_COUNT, and those of --export.
void leave_scripts_own(const ScriptSpec& script, std::map<std::string, std::string>& variables) {
  if (variables["DATA_DIR"].empty()) variables.erase("DATA_DIR");
  variables.erase("GPU_COUNT");
  const Json exported = script.options.value("export", Json::object());
  for (const auto& [name, value] : exported.items()) variables.erase(name);
}

// Returns the section of the user's file of credentials that is used. Empty if there is none, or if the file
// cannot be read, which is the program's to find out.
std::string profile_of(const StoreAccess& store) {
  try {
    return chosen_credential(read_credentials(store.credentials_file), store);
  } catch (const Error& e) {
    log_warning("no AWS_PROFILE: {}", e.what());
    return "";
  }
}

// Adds the variables by which programs find an s3:// store and its keys, as Amazon's own tools and boto3 do.
// The keys stay in the user's file.
void add_store_variables(const Launch& launch, std::map<std::string, std::string>& variables) {
  const Manifest& manifest = launch.manifest;
  const bool data_in_store = manifest.data && manifest.data->source.starts_with("s3://");
  if (!data_in_store && !manifest.results_target.starts_with("s3://")) return;
  const StoreAccess& store = data_in_store ? launch.data_store : launch.results_store;
  variables["AWS_SHARED_CREDENTIALS_FILE"] = store.credentials_file;
  variables["AWS_DEFAULT_REGION"] = store.settings.region;
  if (!store.settings.endpoint.empty()) variables["AWS_ENDPOINT_URL"] = store.settings.endpoint;
  if (!store.settings.ca_file.empty()) variables["AWS_CA_BUNDLE"] = store.settings.ca_file;
  const std::string profile = profile_of(store);
  if (!profile.empty() && profile != "default") variables["AWS_PROFILE"] = profile;
}

}  // namespace

std::map<std::string, std::string> run_variables(const Launch& launch) {
  const Resources& resources = launch.manifest.resources;
  std::map<std::string, std::string> variables{
      {"DATA_DIR", data_directory(launch)},
      {"RESULT_DIR", join_path(launch.directory, layout::results_folder)},
      {"CHECKPOINT_DIR", join_path(launch.directory, layout::checkpoint_folder)},
      {"LOG_DIR", join_path(launch.directory, layout::logs_folder)},
      {"MODEL_DIR", join_path(launch.directory, layout::model_folder)},
      {"TRAINING_ID", layout::training_id(launch.run_id)},
      {"LEARNER_ID", "1"},
      {"NUM_LEARNERS", std::to_string(rank_count(launch.manifest))},
      {"GPU_COUNT", std::to_string(resources.gpus_per_node)}};
  add_store_variables(launch, variables);
  if (const auto* command = std::get_if<CommandSpec>(&launch.manifest.program))
    variables.insert(command->environment.begin(), command->environment.end());
  if (const auto* script = std::get_if<ScriptSpec>(&launch.manifest.program)) {
    leave_scripts_own(*script, variables);
    variables["SLURM_JOB_NAME"] = script->job_name;  // Slurm's own name of the job is the token
    return variables;
  }
  variables[attempt_variable] = launch.directory;
  // Without this, libraries with threads would start one thread per core of the node in every rank.
  if (!::getenv("OMP_NUM_THREADS"))
    variables.emplace("OMP_NUM_THREADS", std::to_string(resources.cpus_per_rank));
  return variables;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& variables) {
  std::vector<std::string> environment;
  for (char** entry = ::environ; *entry; ++entry) {
    const std::string text = *entry;
    if (!variables.contains(text.substr(0, text.find('=')))) environment.push_back(text);
  }
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  return environment;
}

}  // namespace trainyard
