#include "daemon/agent/run.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "daemon/agent/checkpoint.h"
#include "daemon/agent/child.h"
#include "daemon/agent/command_line.h"
#include "daemon/agent/environment.h"
#include "daemon/agent/heartbeat.h"
#include "daemon/agent/script.h"
#include "daemon/agent/slurm_job.h"
#include "daemon/agent/write_evidence.h"
#include "daemon/base/archive.h"
#include "daemon/base/directory.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "daemon/handover/claim.h"
#include "daemon/handover/layout.h"
#include "plugins/formats/table/format_table.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t lines_kept = 20;
constexpr const char* settings_file = "settings.json";

std::string path_in(const Launch& launch, const char* name) { return join_path(launch.directory, name); }

// Returns true if the data set is complete on scratch, or the run has none. A data set gets its name only
// when it is complete.
bool is_data_there(const Launch& launch) {
  if (launch.dataset_directory.empty()) return true;
  const bool raw = launch.manifest.data && is_format_of_files(launch.manifest.data->format);
  return fs::exists(join_path(launch.dataset_directory, raw ? layout::raw_folder : layout::dataset_file));
}

void make_private_directories(const std::string& path) {
  make_directories(path);
  set_directory_mode(path, private_folder_mode);
}

// Removes files of an earlier restart of this job, which would be mistaken for files of this one.
void forget_earlier_restart(const Launch& launch) {
  for (const char* name :
       {layout::start_file, layout::exit_file, layout::heartbeat_file, layout::model_folder})
    remove_tree(path_in(launch, name));
}

void prepare(const Launch& launch) {
  take_over_checkpoint(launch.checkpoint_from, path_in(launch, layout::checkpoint_folder));
  for (const char* name :
       {layout::model_folder, layout::results_folder, layout::checkpoint_folder, layout::logs_folder})
    make_private_directories(path_in(launch, name));
  if (!launch.code_archive.empty())
    unpack_archive(launch.code_archive, path_in(launch, layout::model_folder));
  if (std::holds_alternative<TrainSpec>(launch.manifest.program))
    write_evidence(path_in(launch, settings_file), trainer_settings(launch));
  prepare_script(launch);
}

ChildSpec child_of(const Launch& launch) {
  std::map<std::string, std::string> variables = run_variables(launch);
  Program program = program_of(launch, variables, path_in(launch, settings_file));
  variables.merge(program.variables);
  ChildSpec child;
  child.arguments = program.arguments;
  child.environment = environment_with(variables);
  child.working_directory = path_in(launch, layout::model_folder);
  child.output = path_in(launch, layout::training_log);
  child.terminate_as = program.terminate_as;
  run_as_batch_script(launch, child);
  return child;
}

// Writes the heartbeat file. Only logs an error: a full disk must not end a training.
void leave_heartbeat(const Launch& launch) {
  try {
    write_atomically(path_in(launch, layout::heartbeat_file), std::to_string(to_unix(now())) + "\n");
  } catch (const Error& e) {
    log_warning("no heartbeat: {}", e.what());
  }
}

ExitEvidence evidence_of(const Claim& mine) {
  ExitEvidence evidence;
  evidence.claim = mine;
  evidence.started_at = evidence.ended_at = now();
  return evidence;
}

ExitEvidence execute(const Launch& launch, const Claim& mine) {
  ExitEvidence evidence = evidence_of(mine);
  const ChildSpec child = child_of(launch);
  write_evidence(path_in(launch, layout::start_file),
                 to_json(StartEvidence{mine, hosts_of_this_job(), gpus_of_this_job(), evidence.started_at}));
  const auto begin = std::chrono::steady_clock::now();
  Contact contact(launch.directory, mine);
  auto beat = [&] {
    if (!contact.look()) return false;
    leave_heartbeat(launch);
    return true;
  };
  const ExitStatus status =
      run_child(child, {.interval = heartbeat_interval, .patience = contact_lost, .beat = beat});
  evidence.elapsed_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  evidence.ended_at = now();
  evidence.exit_code = status.exit_code;
  evidence.signal = status.signal;
  evidence.warned = status.warned;
  if (status.signal) evidence.message = std::string("ended by signal ") + ::strsignal(status.signal);
  return evidence;
}

// Returns the evidence of an attempt that failed with an error and not with the exit status of a program.
ExitEvidence failure(const Claim& mine, const Error& error) {
  ExitEvidence evidence = evidence_of(mine);
  evidence.exit_code = agent_exit_code(error.kind());
  evidence.message = error.what();
  return evidence;
}

ExitEvidence missing_data(const Launch& launch, const Claim& mine) {
  ExitEvidence evidence = evidence_of(mine);
  evidence.exit_code = exit_try_again;
  evidence.data_missing = true;
  evidence.message = "the data set is not in " + launch.dataset_directory + "; it will be staged again";
  return evidence;
}

ExitEvidence prepare_and_execute(const Launch& launch, const Claim& mine) {
  try {
    if (mine.restarts > 0) forget_earlier_restart(launch);
    if (!is_data_there(launch)) return missing_data(launch, mine);
    prepare(launch);
    return execute(launch, mine);
  } catch (...) {
    return failure(mine, caught_error());
  }
}

}  // namespace

int run(const std::string& launch_path) {
  const Launch launch = read_handover(launch_path, most_launch_bytes, launch_from_json);
  const Claim mine = claim_of_this_job();
  if (const std::optional<Claim> holder = take_claim(launch.directory, mine)) {
    log_info("attempt {} of run {} is held by {}; nothing to do", launch.attempt, launch.run_id,
             describe(*holder));
    return 0;
  }

  ExitEvidence evidence = prepare_and_execute(launch, mine);

  if (!holds_claim(launch.directory, mine)) {
    log_warning("attempt {} of run {} is not ours any more", launch.attempt, launch.run_id);
    return exit_try_again;
  }
  evidence.last_lines = last_lines(path_in(launch, layout::training_log), lines_kept);
  write_evidence(path_in(launch, layout::exit_file), to_json(evidence));
  if (!evidence.message.empty()) log_error("run {}: {}", launch.run_id, evidence.message);
  return evidence.signal ? 128 + evidence.signal : evidence.exit_code;
}

}  // namespace trainyard
