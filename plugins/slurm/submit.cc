// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/submit.h"

#include <algorithm>
#include <string_view>

#include "plugins/slurm/errors.h"
#include "plugins/slurm/job_desc_options.h"
#include "plugins/slurm/libslurm_strings.h"
#include "plugins/slurm/slurm_actor.h"

namespace trainyard::slurm {
namespace {

bool sets(const std::vector<std::string>& environment, std::string_view name) {
  return std::ranges::any_of(environment, [&](std::string_view variable) {
    return variable.starts_with(name) && variable.substr(name.size()).starts_with('=');
  });
}

// Returns the environment of the request, and those variables that MPI launchers need and that the request
// does not set.
std::vector<char*> environment_of(const JobRequest& request) {
  std::vector<char*> environment;
  for (const std::string& variable : request.environment) environment.push_back(unowned(variable));
  for (std::string_view variable : launcher_environment)
    if (!sets(request.environment, variable.substr(0, variable.find('='))))
      environment.push_back(const_cast<char*>(variable.data()));
  return environment;
}

// Owns the strings that the job description points to, apart from those in the request.
struct Texts {
  explicit Texts(const JobRequest& request)
      : gres(gres_of(request)),
        dependency(dependency_of(request)),
        tasks(tasks_of(request)),
        environment(environment_of(request)) {
    if (!request.command.empty()) arguments.push_back(unowned(request.command));
  }
  std::string gres;
  std::string dependency;
  std::string tasks;
  std::vector<char*> environment;
  std::vector<char*> arguments;  // of the script; the first is shown as the job's command
  BatchTexts batch;
};

void describe_identity(job_desc_msg_t& job, const JobRequest& request) {
  job.name = unowned(request.token);
  job.comment = unowned_or_null(request.comment);
  job.user_id = request.uid;
  job.group_id = request.gid;
  job.partition = unowned_or_null(request.partition);
  job.account = unowned_or_null(request.account);
  job.qos = unowned_or_null(request.qos);
}

void describe_environment(job_desc_msg_t& job, Texts& texts) {
  job.environment = texts.environment.data();
  job.env_size = static_cast<std::uint32_t>(texts.environment.size());
}

void describe_program(job_desc_msg_t& job, const JobRequest& request, Texts& texts) {
  static const std::string nothing = "/dev/null";
  job.script = unowned(request.script);
  describe_environment(job, texts);
  job.work_dir = unowned(request.working_directory);
  job.std_in = unowned(nothing);
  job.std_out = unowned(request.output);
  job.std_err = unowned(request.output);
  job.open_mode = OPEN_MODE_APPEND;
  job.argc = static_cast<std::uint32_t>(texts.arguments.size());
  job.argv = texts.arguments.empty() ? nullptr : texts.arguments.data();
}

void describe_resources(job_desc_msg_t& job, const JobRequest& request, Texts& texts) {
  job.min_nodes = job.max_nodes = static_cast<std::uint32_t>(request.nodes);
  job.ntasks_per_node = static_cast<std::uint16_t>(request.tasks_per_node);
  job.num_tasks = static_cast<std::uint32_t>(request.nodes * request.tasks_per_node);
  job.cpus_per_task = static_cast<std::uint16_t>(request.cpus_per_task);
  job.min_cpus = job.num_tasks * job.cpus_per_task;
  job.tres_per_node = unowned_or_null(texts.gres);
  if (request.memory_bytes_per_node > 0) job.pn_min_memory = mebibytes_of(request.memory_bytes_per_node);
  if (request.time_limit.count() > 0) job.time_limit = minutes_of(request.time_limit);
}

void describe_batch_script(job_desc_msg_t& job, const JobRequest& request, Texts& texts) {
  describe_batch_options(job, request.batch_options, texts.batch);
  if (!task_has_tres || job.tres_per_task == nullptr) return;
  texts.environment.push_back(
      unowned(texts.batch.emplace_back(std::string("SLURM_TRES_PER_TASK=") + job.tres_per_task)));
  describe_environment(job, texts);
}

void describe_life(job_desc_msg_t& job, const JobRequest& request, Texts& texts) {
  // Slurm must not requeue the job: a second start is a second attempt, and only the daemon makes attempts.
  job.requeue = 0;
  job.dependency = unowned_or_null(texts.dependency);
  job.array_inx = unowned_or_null(texts.tasks);
  job.exc_nodes = unowned_or_null(request.exclude_nodes);
  if (request.warning_signal != 0) {
    job.warn_signal = static_cast<std::uint16_t>(request.warning_signal);
    job.warn_time = static_cast<std::uint16_t>(request.warning_time.count());
    job.warn_flags = KILL_JOB_BATCH;
  }
  // Without KILL_INV_DEP a job stays pending for ever if the job that it depends on has failed.
  if (request.dependency) job.bitflags |= KILL_INV_DEP;
  // Priority 0 is a user hold, which the owner of the job can release. The agent then finds no launch file,
  // and exits.
  if (request.held) job.priority = 0;
}

[[noreturn]] void throw_refusal(const JobRequest& request, const Submitted& refused) {
  const int error = refused.error;
  // ESLURM_DEPENDENCY means that the job would depend on itself: a slurmctld that was killed has lost the job
  // that this job depends on, and gives its id to this job. (A job that depends on an id that no job has is
  // accepted, and does not wait.)
  if (error == ESLURM_DEPENDENCY && request.dependency)
    throw Error(ErrorKind::not_found, "submit " + request.token + ": slurmctld has no job " +
                                          std::to_string(request.dependency->job_id) +
                                          " that it is to follow");
  // slurmctld's message names the part of the request that it refuses. If there is no message, the part is
  // guessed from the error number.
  const std::string part = refused.said.empty() ? " (" + blamed_part(request, error) + ")" : "";
  throw_slurm("submit " + request.token + part, error, refused.said);
}

const char* word_of(JobDependency::Kind kind) {
  switch (kind) {
    case JobDependency::Kind::after_ok:
      return "afterok";
    case JobDependency::Kind::after_any:
      return "afterany";
    case JobDependency::Kind::after_each:
      return "aftercorr";
  }
  return "";
}

}  // namespace

std::string gres_of(const JobRequest& request) {
  if (request.gpus_per_node == 0) return "";
  return std::string(gres_prefix) + "gpu:" + (request.gpu_type.empty() ? "" : request.gpu_type + ":") +
         std::to_string(request.gpus_per_node);
}

std::string dependency_of(const JobRequest& request) {
  std::string asked = batch_dependency(request.batch_options);
  if (!request.dependency) return asked;
  std::string ours = word_of(request.dependency->kind) + (":" + std::to_string(request.dependency->job_id));
  return asked.empty() ? ours : ours + "," + asked;
}

// Returns ranges: 1, 2, 3, 7 → "1-3,7".
std::string tasks_of(const JobRequest& request) {
  std::string ranges;
  for (std::size_t first = 0, last = 0; first < request.tasks.size(); first = ++last) {
    while (last + 1 < request.tasks.size() && request.tasks[last + 1] == request.tasks[last] + 1) ++last;
    if (!ranges.empty()) ranges += ',';
    ranges += std::to_string(request.tasks[first]);
    if (last > first) ranges += '-' + std::to_string(request.tasks[last]);
  }
  return ranges;
}

std::uint32_t minutes_of(std::chrono::seconds time_limit) {
  return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::minutes>(time_limit).count());
}

std::uint64_t mebibytes_of(std::int64_t bytes) {
  return (static_cast<std::uint64_t>(bytes) + (1U << 20) - 1) >> 20;
}

QueuedJob SlurmActor::submit(const JobRequest& request, SendBefore send_before) {
  Texts texts(request);
  job_desc_msg_t job = empty_description();
  describe_identity(job, request);
  describe_program(job, request, texts);
  if (request.batch_options.is_null())
    describe_resources(job, request, texts);
  else
    describe_batch_script(job, request, texts);
  describe_life(job, request, texts);
  check_time_is_left(send_before, "submit " + request.token);
  Submitted submitted = submit_batch_job(job);
  if (submitted.error != 0) throw_refusal(request, submitted);
  return {submitted.job_id, submitted.said};
}

}  // namespace trainyard::slurm
