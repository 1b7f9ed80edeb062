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

std::optional<JobKey> Steps::find_submitted(const Token& token, std::uint32_t uid) {
  std::optional<JobKey> found;
  for (const JobStatus& job : scheduler_.find(token, uid)) {
    if (!is_the_attempt(job)) continue;
    if (!found) {
      found = job.key;
    } else if (job.phase != JobPhase::ended) {
      log_warning("event=duplicate_job token={} job={} kept={}", token, job.key.job_id, found->job_id);
      scheduler_.cancel(job.key, token);
    }
  }
  return found;
}

UtcSeconds Steps::certain_at(UtcSeconds doubt) const { return doubt + 2 * scheduler_.message_timeout(); }

std::optional<JobKey> Steps::already_submitted(const Token& token, std::uint32_t uid, Doubt doubt) {
  if (!doubt) return std::nullopt;
  std::optional<JobKey> found = find_submitted(token, uid);
  if (!found && now() < certain_at(*doubt))
    throw Error(ErrorKind::unavailable, fmt::format("{} may still be on its way into Slurm; certain at {}",
                                                    token, format_utc(certain_at(*doubt))));
  return found;
}

// What has to wait here is no error: nothing was sent, so there is nothing new to doubt.
RunStepResult Steps::submit(const TrainingRun& run, const std::optional<DataSet>& data, Doubt doubt) {
  Token token = token_of(site_.ledger_id, run.id, run.attempt()->number, JobRole::train);
  if (doubt) {
    if (std::optional<JobKey> job = find_submitted(token, run.owner.uid))
      return {event::Submitted{now(), *job}, {}};
    if (UtcSeconds time = now(); time < certain_at(*doubt)) return {{}, certain_at(*doubt) - time};
  }
  std::optional<std::uint32_t> stage_job = stage_job_to_wait_for(scheduler_, site_, data);
  if (!stage_job) return {{}, std::chrono::seconds(1)};
  prepare_attempt(run);
  return {event::Submitted{now(), submit_elsewhere(train_job(site_, run, *stage_job))}, {}};
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
