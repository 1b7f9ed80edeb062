#include "daemon/run/job_request.h"

#include <fmt/format.h>

#include <csignal>

#include "daemon/base/fd.h"
#include "daemon/base/text.h"
#include "daemon/handover/layout.h"
#include "daemon/run/script_request.h"

namespace trainyard {
namespace {

// Returns the environment of a job. It is the same for all jobs of a user: it has nothing of the user's
// profile or of the daemon's own environment.
std::vector<std::string> environment_of(const JobSite& site, const Owner& owner) {
  std::vector<std::string> environment{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "SHELL=/bin/sh",
                                       "USER=" + owner.name, "LOGNAME=" + owner.name};
  if (!site.slurm_conf.empty()) environment.push_back("SLURM_CONF=" + site.slurm_conf);
  return environment;
}

std::string script_for(const JobSite& site, const char* command, const std::string& file) {
  return fmt::format("#!/bin/sh\nexec {} {} {}\n", shell_quote(site.agent), command, shell_quote(file));
}

JobRequest job_of(const JobSite& site, const Owner& owner, const char* command, const std::string& directory,
                  const char* file) {
  JobRequest request;
  request.uid = owner.uid;
  request.gid = owner.gid;
  request.script = script_for(site, command, join_path(directory, file));
  request.environment = environment_of(site, owner);
  request.working_directory = directory;
  return request;
}

std::string attempt_directory_of(const TrainingRun& run) {
  return layout::attempt_directory(run.scratch.path, run.id, run.attempt()->number);
}

std::string comment_of(const TrainingRun& run, const char* doing) {
  return fmt::format("trainyard: {} {} ({}), attempt {}", doing, layout::training_id(run.id),
                     run.manifest->name, run.attempt()->number);
}

// Changes `request`, which is for the job of the first of these runs, into the request for a job array with a
// task for each. A task finds the directory of its attempt by its index.
void make_array(JobRequest& request, const JobSite& site, const std::vector<TrainingRun>& runs,
                const char* command, const char* log) {
  const ArrayPlace& array = *runs.front().attempt()->array;
  std::string directory =
      layout::array_directory(runs.front().scratch.path, array.first_run, array.first_attempt);
  request.script = fmt::format("#!/bin/sh\nexec {} {} {}/\"$SLURM_ARRAY_TASK_ID\"/{}\n",
                               shell_quote(site.agent), command, shell_quote(directory), layout::launch_file);
  request.working_directory = directory;
  request.output = join_path(directory, join_path("%a", log));
  for (const TrainingRun& run : runs) request.tasks.push_back(run.attempt()->array->task);
  request.comment += fmt::format(", and {} more", runs.size() - 1);
}

}  // namespace

JobRequest stage_job(const JobSite& site, const DataSet& data_set) {
  std::string directory = layout::dataset_directory(data_set.scratch.path, data_set.digest);
  JobRequest request = job_of(site, data_set.owner, "stage", directory, layout::stage_file);
  request.token = stage_token(site.ledger_id, data_set.digest, data_set.attempts + 1);
  request.comment = "trainyard: stages a data set";
  request.output = join_path(directory, layout::stage_log);
  request.partition = site.stage_partition;
  return request;
}

JobRequest train_jobs(const JobSite& site, const std::vector<TrainingRun>& runs, std::uint32_t stage_job_id) {
  const TrainingRun& run = runs.front();
  std::string directory = attempt_directory_of(run);
  const Resources& resources = run.manifest->resources;
  JobRequest request = job_of(site, run.owner, "run", directory, layout::launch_file);
  request.token = token_of(site.ledger_id, run, JobRole::train);
  request.comment = comment_of(run, "trains");
  request.output = join_path(directory, layout::train_job_log);
  request.nodes = resources.nodes;
  request.tasks_per_node = resources.ranks_per_node;
  request.cpus_per_task = resources.cpus_per_rank;
  request.memory_bytes_per_node = resources.memory_bytes;
  request.gpus_per_node = resources.gpus_per_node;
  request.gpu_type = resources.gpu;
  request.time_limit = resources.time_limit;
  request.partition = resources.partition;
  request.account = resources.account;
  request.qos = resources.qos;
  if (stage_job_id != 0) request.dependency = JobDependency{JobDependency::Kind::after_ok, stage_job_id};
  request.exclude_nodes = run.attempt()->avoid;
  if (run.manifest->retry.warns()) {
    request.warning_signal = SIGUSR2;  // not SIGUSR1, which NCCL uses
    request.warning_time = run.manifest->retry.warning;
  }
  request.held = true;
  if (const auto* script = std::get_if<ScriptSpec>(&run.manifest->program))
    describe_script(request, *script, run.accepted_at, request.output);
  if (run.attempt()->array) make_array(request, site, runs, "run", layout::train_job_log);
  return request;
}

JobRequest store_jobs(const JobSite& site, const std::vector<TrainingRun>& runs, std::uint32_t after) {
  const TrainingRun& run = runs.front();
  JobRequest request = store_job(site, run);
  request.dependency = JobDependency{JobDependency::Kind::after_any, after};
  if (!run.attempt()->array) return request;
  // In an array, a store task can wait only for the successful end of its train task, not for any end. The
  // results of a failed task are stored by a separate job (store_job()).
  request.dependency->kind = JobDependency::Kind::after_each;
  request.token = token_of(site.ledger_id, run, JobRole::store);
  make_array(request, site, runs, "store", layout::store_job_log);
  return request;
}

JobRequest store_job(const JobSite& site, const TrainingRun& run) {
  std::string directory = attempt_directory_of(run);
  JobRequest request = job_of(site, run.owner, "store", directory, layout::launch_file);
  request.token = token_of(site.ledger_id, run.id, run.attempt()->number, JobRole::store);
  request.comment = comment_of(run, "stores the results of");
  request.output = join_path(directory, layout::store_job_log);
  request.partition = site.stage_partition.empty() ? run.manifest->resources.partition : site.stage_partition;
  request.account = run.manifest->resources.account;
  return request;
}

}  // namespace trainyard
