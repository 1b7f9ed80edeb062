// submit: the train job goes in held, under a token that follows from the run. The intent (admitted) was recorded
// before; after a doubt the token is looked up, and the job is submitted again only when it is certainly not there.
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

// afterok on a job the scheduler has forgotten would count as satisfied: only one just seen alive is named.
std::uint32_t live_stage_job(Scheduler& scheduler, const JobSite& site, const std::optional<DataSet>& data) {
  if (!data || data->state == DataSetState::ready) return 0;
  if (data->state != DataSetState::staging)
    throw Error(ErrorKind::unavailable, "its data set is to be staged again");
  for (const JobStatus& job :
       scheduler.find(stage_token(site.ledger_id, data->digest, data->attempts), data->owner.uid))
    if (job.key == *data->job && job.phase != JobPhase::ended) return job.key.job_id;
  throw Error(ErrorKind::unavailable, "the stage job has ended; how is about to be seen");
}

}  // namespace

std::optional<JobKey> Steps::already_submitted(const Token& token, std::uint32_t uid, Doubt doubt) {
  if (!doubt) return std::nullopt;
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
  auto certain_at = *doubt + 2 * scheduler_.message_timeout();
  if (!found && now() < certain_at)
    throw Error(ErrorKind::unavailable, fmt::format("{} may still be on its way into Slurm; certain at {}",
                                                    token, format_utc(certain_at)));
  return found;
}

RunEvent Steps::submit(const TrainingRun& run, const std::optional<DataSet>& data, Doubt doubt) {
  Token token = token_of(site_.ledger_id, run.id, run.attempt()->number, JobRole::train);
  if (std::optional<JobKey> job = already_submitted(token, run.owner.uid, doubt))
    return event::Submitted{now(), *job};
  prepare_attempt(run);
  JobKey job = scheduler_.submit(train_job(site_, run, live_stage_job(scheduler_, site_, data)));
  return event::Submitted{now(), job};
}

}  // namespace trainyard
