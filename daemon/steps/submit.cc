// submit and find: the steps that get the train job into the scheduler. `submit` submits it held, with a
// token that follows from the run, after the intent was recorded (Admitted). If it is in doubt whether the
// job was submitted, `find` looks up the token; the job is submitted again only when it is certainly not in
// the scheduler.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

// The clocks of the head node and the controller can differ by this much.
constexpr std::chrono::minutes controllers_clock_difference{10};

// Returns true if the job counts as that of the attempt: it has not ended, or it ran. A refused submission
// leaves the record of a job that never started, which does not count.
bool is_the_attempt(const JobStatus& job) {
  return job.phase != JobPhase::ended || job.started_at.has_value();
}

// Returns the id of the live stage job that the train job must wait for; 0 if the data set is ready or there
// is none. nullopt: the scheduler shows no live stage job; the end of the last one is about to be recorded,
// or another one will be submitted. A job that is not live is never returned, because Slurm takes afterok on
// a job that it has forgotten as satisfied.
std::optional<std::uint32_t> stage_job_to_wait_for(SchedulerReader& reader,
                                                   const std::optional<DataSet>& data) {
  if (!data || data->state == DataSetState::ready) return 0;
  if (data->state == DataSetState::failed)
    throw StepFailure(Meaning::users_fault, "its data set could not be staged: " + data->reason);
  if (data->state != DataSetState::staging) return std::nullopt;  // the data set is to be staged again
  for (const JobStatus& job : reader.look_up(data->job->job_id, data->owner.uid))
    if (job.key == *data->job && job.phase != JobPhase::ended) return job.key.job_id;
  return std::nullopt;
}

// Rethrows the error of a submission. If the error shows that the scheduler will never take the job, throws a
// StepFailure, which ends the run.
[[noreturn]] void throw_refusal(const Error& e) {
  if (e.kind() == ErrorKind::invalid || e.kind() == ErrorKind::denied)
    throw StepFailure(Meaning::users_fault, e.what());
  throw;
}

UtcSeconds earliest_admission(const std::vector<TrainingRun>& runs) {
  UtcSeconds earliest = runs.front().attempt()->admitted_at;
  for (const TrainingRun& run : runs) earliest = std::min(earliest, run.attempt()->admitted_at);
  return earliest;
}

}  // namespace

// The owner's deputy looks the jobs up, because Slurm always shows jobs to their owner, but not always to
// other users. confirm() then checks each job that is returned.
Steps::FoundJobs Steps::find_submitted(const WantedJobs& wanted, std::uint32_t uid, UtcSeconds since) {
  std::set<Token> tokens;
  for (const auto& [token, tasks] : wanted) tokens.insert(token);
  std::unique_ptr<SchedulerActor> jobs = users_.jobs_of(uid);
  FoundJobs kept;
  for (const JobStatus& job : jobs->find(tokens, uid, since - controllers_clock_difference)) {
    auto tasks = wanted.find(job.token);
    if (tasks == wanted.end() || !tasks->second.contains(job.key.task) || !is_the_attempt(job)) continue;
    auto [first, is_first] = kept.emplace(std::pair(job.token, job.key.task), job.key);
    if (is_first || job.phase == JobPhase::ended) continue;
    log_warning("event=duplicate_job token={} job={} kept={}", job.token, to_string(job.key),
                to_string(first->second));
    jobs->cancel(job.key, job.token, soon());
  }
  confirm(kept, uid);
  return kept;
}

// Checks, by the daemon's own queries, that the scheduler or its accounting database has each of these jobs,
// because the deputy that found them is not trusted. Throws Error{unavailable} if neither has a job.
void Steps::confirm(const FoundJobs& found, std::uint32_t uid) {
  std::map<std::uint32_t, std::vector<JobStatus>> seen;
  std::vector<std::pair<JobKey, Token>> unseen;
  for (const auto& [name, key] : found) {
    if (!seen.contains(key.job_id)) seen[key.job_id] = reader_.look_up(key.job_id, uid);
    if (std::ranges::find(seen[key.job_id], key, &JobStatus::key) == seen[key.job_id].end())
      unseen.emplace_back(key, name.first);
  }
  if (unseen.empty()) return;
  std::vector<JobKey> keys;
  for (const auto& [key, token] : unseen) keys.push_back(key);
  const std::map<JobKey, JobStatus> recorded = reader_.history_of(keys);
  for (const auto& [key, token] : unseen) {
    auto record = recorded.find(key);
    if (record == recorded.end() || record->second.token != token || record->second.uid != uid)
      throw Error(ErrorKind::unavailable,
                  fmt::format("job {} ({}) is not shown by Slurm yet", to_string(key), token));
  }
}

std::map<Task, JobKey> Steps::find_submitted(const Token& token, std::uint32_t uid,
                                             const std::set<Task>& tasks, UtcSeconds since) {
  std::map<Task, JobKey> by_task;
  for (const auto& [name, key] : find_submitted(WantedJobs{{token, tasks}}, uid, since))
    by_task.emplace(name.second, key);
  return by_task;
}

UtcSeconds Steps::certain_at(UtcSeconds doubt) const { return doubt + 2 * reader_.message_timeout(); }

std::optional<JobKey> Steps::already_submitted(const Token& token, std::uint32_t uid, Task task,
                                               UtcSeconds since, Doubt doubt) {
  if (!doubt) return std::nullopt;
  std::map<Task, JobKey> found = find_submitted(token, uid, {task}, since);
  if (auto job = found.find(task); job != found.end()) return job->second;
  if (now() < certain_at(*doubt))
    throw Error(ErrorKind::unavailable, fmt::format("{} may still be on its way into Slurm; certain at {}",
                                                    token, format_utc(certain_at(*doubt))));
  return std::nullopt;
}

// Looks up the train jobs of runs in doubt, all of one user, with one query. The job of a run that is not
// found is submitted again later, but only when a submission that might be on its way would certainly have
// arrived.
StepResult Steps::find(const StepCall& call) {
  const std::vector<TrainingRun>& runs = call.runs;
  WantedJobs wanted;
  for (const TrainingRun& run : runs)
    wanted[token_of(site_.ledger_id, run, JobRole::train)].insert(task_of(run));
  const UtcSeconds asked_at = now();
  const FoundJobs found = find_submitted(wanted, runs.front().owner.uid, earliest_admission(runs));
  const bool is_certain = !call.doubt || asked_at >= certain_at(*call.doubt);
  StepResult result;
  for (const TrainingRun& run : runs) {
    auto job = found.find({token_of(site_.ledger_id, run, JobRole::train), task_of(run)});
    if (job != found.end())
      result.changes.emplace_back(RunChange{run.id, event::Submitted{now(), job->second}});
    else if (is_certain)
      result.not_submitted.insert(run.id);
  }
  if (!is_certain) result.again_after = certain_at(*call.doubt) - asked_at;
  return result;
}

// If there is no stage job to wait for yet, the step is performed again after a second. This is not an error:
// nothing was submitted, so a repetition cannot create a duplicate.
StepResult Steps::submit(const StepCall& call) {
  StepResult result;
  const std::vector<TrainingRun>& runs = call.runs;
  std::optional<std::uint32_t> stage_job = stage_job_to_wait_for(reader_, call.data_set);
  if (!stage_job) return {{}, std::chrono::seconds(1)};
  ConfirmedJob submitted = submit_and_confirm(train_jobs(site_, runs, *stage_job));
  for (const TrainingRun& run : runs) {
    submitted.key.task = task_of(run);
    result.changes.emplace_back(RunChange{run.id, event::Submitted{now(), submitted.key, submitted.said}});
  }
  return result;
}

// Submits the job. If Slurm refuses it as invalid, perhaps because no node is left besides those that it
// excludes, submits it without exclusions: a node that failed before is better than none.
QueuedJob Steps::submit_elsewhere(SchedulerActor& jobs, JobRequest request) {
  try {
    return jobs.submit(request, soon());
  } catch (const Error& e) {
    if (request.exclude_nodes.empty() || e.kind() != ErrorKind::invalid) throw;
    log_info("token={} cannot do without {}: {}", request.token, request.exclude_nodes, e.what());
    request.exclude_nodes.clear();
    return jobs.submit(request, soon());
  }
}

// Submits the job through the owner's deputy, which returns the job's id. Then reads the job's key itself
// from the scheduler, because the deputy is not trusted.
Steps::ConfirmedJob Steps::submit_and_confirm(const JobRequest& request) {
  QueuedJob queued;
  try {
    queued = submit_elsewhere(*users_.jobs_of(request.uid), request);
  } catch (const Error& e) {
    throw_refusal(e);
  }
  std::vector<JobStatus> seen = reader_.look_up(queued.job_id, request.uid);
  std::erase_if(seen, [&](const JobStatus& job) { return job.token != request.token; });
  if (seen.empty())
    throw Error(ErrorKind::unavailable,
                fmt::format("submit {}: slurmctld took it as job {} and no longer shows it", request.token,
                            queued.job_id));
  return {array_of(seen.front().key), queued.said};
}

}  // namespace trainyard
