// submit: the train job goes in held, under a token that follows from the run. The intent (admitted) was
// recorded before; after a doubt the token is looked up, and the job is submitted again only when it is
// certainly not there.
#include <fmt/format.h>

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

// A refused submission leaves a row that never started; a job that ran counts, ended or not.
bool is_the_attempt(const JobStatus& job) {
  return job.phase != JobPhase::ended || job.started_at.has_value();
}

// 0: no stage job to wait for. afterok on a job the scheduler has forgotten would count as satisfied: only
// one just seen alive is named, and nullopt when there is none, because how it ended is about to be recorded.
std::optional<std::uint32_t> stage_job_to_wait_for(Scheduler& scheduler, const JobSite& site,
                                                   const std::optional<DataSet>& data) {
  if (!data || data->state == DataSetState::ready) return 0;
  if (data->state == DataSetState::failed)
    throw Error(ErrorKind::invalid, "its data set could not be staged: " + data->reason);
  if (data->state != DataSetState::staging) return std::nullopt;  // it is to be staged again
  for (const JobStatus& job :
       scheduler.find(stage_token(site.ledger_id, data->digest, data->attempts), data->owner.uid))
    if (job.key == *data->job && job.phase != JobPhase::ended) return job.key.job_id;
  return std::nullopt;
}

}  // namespace

std::map<Task, JobKey> Steps::find_submitted(const Token& token, std::uint32_t uid,
                                             const std::set<Task>& tasks) {
  std::map<Task, JobKey> kept;
  for (const JobStatus& job : scheduler_.find(token, uid)) {
    if (!tasks.contains(job.key.task) || !is_the_attempt(job)) continue;
    auto [first, is_first] = kept.emplace(job.key.task, job.key);
    if (is_first || job.phase == JobPhase::ended) continue;
    log_warning("event=duplicate_job token={} job={} kept={}", token, to_string(job.key),
                to_string(first->second));
    scheduler_.cancel(job.key, token);
  }
  return kept;
}

UtcSeconds Steps::certain_at(UtcSeconds doubt) const { return doubt + 2 * scheduler_.message_timeout(); }

std::optional<JobKey> Steps::already_submitted(const Token& token, std::uint32_t uid, Task task,
                                               Doubt doubt) {
  if (!doubt) return std::nullopt;
  std::map<Task, JobKey> found = find_submitted(token, uid, {task});
  if (auto job = found.find(task); job != found.end()) return job->second;
  if (now() < certain_at(*doubt))
    throw Error(ErrorKind::unavailable, fmt::format("{} may still be on its way into Slurm; certain at {}",
                                                    token, format_utc(certain_at(*doubt))));
  return std::nullopt;
}

// What has to wait here is no error: nothing was sent, so there is nothing new to doubt.
RunsStepResult Steps::submit(const std::vector<TrainingRun>& runs, const std::optional<DataSet>& data,
                             Doubt doubt) {
  RunsStepResult result;
  const TrainingRun& first = runs.front();
  if (doubt) {
    std::map<Task, JobKey> found =
        find_submitted(token_of(site_.ledger_id, first, JobRole::train), first.owner.uid, tasks_of(runs));
    for (const TrainingRun& run : runs)
      if (auto job = found.find(task_of(run)); job != found.end())
        result.events.emplace_back(run.id, event::Submitted{now(), job->second});
    if (!result.events.empty()) return result;
    if (UtcSeconds time = now(); time < certain_at(*doubt)) return {{}, certain_at(*doubt) - time};
  }
  std::optional<std::uint32_t> stage_job = stage_job_to_wait_for(scheduler_, site_, data);
  if (!stage_job) return {{}, std::chrono::seconds(1)};
  JobKey submitted = submit_elsewhere(train_jobs(site_, runs, *stage_job));
  for (const TrainingRun& run : runs) {
    submitted.task = task_of(run);
    result.events.emplace_back(run.id, event::Submitted{now(), submitted});
  }
  return result;
}

// A cluster may have no other node that fits: better the one that failed than none.
JobKey Steps::submit_elsewhere(JobRequest request) {
  try {
    return scheduler_.submit(request);
  } catch (const Error& e) {
    if (request.exclude_nodes.empty() || e.kind() != ErrorKind::invalid) throw;
    log_info("token={} cannot do without {}: {}", request.token, request.exclude_nodes, e.what());
    request.exclude_nodes.clear();
    return scheduler_.submit(request);
  }
}

}  // namespace trainyard
