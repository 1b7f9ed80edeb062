// submit: the train job goes in held, under a token that follows from the run. The intent (admitted) was
// recorded before; after a doubt the token is looked up, and the job is submitted again only when it is
// certainly not there.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

// The clocks of head node and controller may differ by so much.
constexpr std::chrono::minutes controllers_clock_difference{10};

// A refused submission leaves a row that never started; a job that ran counts, ended or not.
bool is_the_attempt(const JobStatus& job) {
  return job.phase != JobPhase::ended || job.started_at.has_value();
}

// 0: no stage job to wait for. afterok on a job the scheduler has forgotten would count as satisfied: only
// one just seen alive is named, and nullopt when there is none, because how it ended is about to be recorded.
std::optional<std::uint32_t> stage_job_to_wait_for(SchedulerReader& reader,
                                                   const std::optional<DataSet>& data) {
  if (!data || data->state == DataSetState::ready) return 0;
  if (data->state == DataSetState::failed)
    throw StepFailure(Meaning::users_fault, "its data set could not be staged: " + data->reason);
  if (data->state != DataSetState::staging) return std::nullopt;  // it is to be staged again
  for (const JobStatus& job : reader.look_up(data->job->job_id, data->owner.uid))
    if (job.key == *data->job && job.phase != JobPhase::ended) return job.key.job_id;
  return std::nullopt;
}

// The scheduler will never take this job: the run cannot go on as it was submitted.
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

// The owner's deputy says which jobs there are, because only he is sure to be shown them; each that counts is
// confirmed by the daemon's own reading.
std::map<Task, JobKey> Steps::find_submitted(const Token& token, std::uint32_t uid,
                                             const std::set<Task>& tasks, UtcSeconds since) {
  std::unique_ptr<SchedulerActor> jobs = users_.jobs_of(uid);
  std::map<Task, JobKey> kept;
  for (const JobStatus& job : jobs->find(token, uid, since - controllers_clock_difference)) {
    if (!tasks.contains(job.key.task) || !is_the_attempt(job)) continue;
    auto [first, is_first] = kept.emplace(job.key.task, job.key);
    if (is_first || job.phase == JobPhase::ended) continue;
    log_warning("event=duplicate_job token={} job={} kept={}", token, to_string(job.key),
                to_string(first->second));
    jobs->cancel(job.key, token, soon());
  }
  std::map<std::uint32_t, std::vector<JobStatus>> seen;
  for (const auto& [task, key] : kept) {
    if (!seen.contains(key.job_id)) seen[key.job_id] = reader_.look_up(key.job_id, uid);
    bool is_there =
        std::ranges::any_of(seen[key.job_id], [&](const JobStatus& job) { return job.key == key; });
    if (is_there) continue;
    std::optional<JobStatus> recorded = reader_.history(key);
    if (!recorded || recorded->token != token || recorded->uid != uid)
      throw Error(ErrorKind::unavailable,
                  fmt::format("job {} ({}) is not shown by Slurm yet", to_string(key), token));
  }
  return kept;
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

// Waiting here is not an error: no submission was sent, so a retry cannot create a duplicate.
RunsStepResult Steps::submit(const std::vector<TrainingRun>& runs, const std::optional<DataSet>& data,
                             Doubt doubt) {
  RunsStepResult result;
  const TrainingRun& first = runs.front();
  if (doubt) {
    std::map<Task, JobKey> found = find_submitted(token_of(site_.ledger_id, first, JobRole::train),
                                                  first.owner.uid, tasks_of(runs), earliest_admission(runs));
    for (const TrainingRun& run : runs)
      if (auto job = found.find(task_of(run)); job != found.end())
        result.events.emplace_back(run.id, event::Submitted{now(), job->second});
    if (!result.events.empty()) return result;
    if (UtcSeconds time = now(); time < certain_at(*doubt)) return {{}, certain_at(*doubt) - time};
  }
  std::optional<std::uint32_t> stage_job = stage_job_to_wait_for(reader_, data);
  if (!stage_job) return {{}, std::chrono::seconds(1)};
  ConfirmedJob submitted = submit_and_confirm(train_jobs(site_, runs, *stage_job));
  for (const TrainingRun& run : runs) {
    submitted.key.task = task_of(run);
    result.events.emplace_back(run.id, event::Submitted{now(), submitted.key, submitted.said});
  }
  return result;
}

// A cluster may have no other node that fits: better the one that failed than none.
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

// The deputy says which id the job was given; its key is what the daemon itself reads under that id.
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
