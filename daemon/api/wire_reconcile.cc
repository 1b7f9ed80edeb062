// Turns comparisons of the ledger with slurmdbd, and closed months, into JSON.
#include "daemon/api/wire.h"

namespace trainyard {
namespace {

Json to_wire(const std::optional<ChargedSegment>& charged) {
  if (!charged) return nullptr;
  const Segment& segment = charged->segment;
  return {{"started_at", to_unix(segment.started_at)},
          {"ended_at", to_unix(segment.ended_at)},
          {"gpus", segment.gpus},
          {"suspended_seconds", length_of(segment.suspended).count()},
          {"account", segment.account},
          {"source", to_string(segment.source)}};
}

Json to_wire(const std::optional<JobStatus>& recorded) {
  if (!recorded) return nullptr;
  return {{"name", recorded->token},
          {"started_at", recorded->started_at ? Json(to_unix(*recorded->started_at)) : Json()},
          {"ended_at", recorded->ended_at ? Json(to_unix(*recorded->ended_at)) : Json()},
          {"gpus", recorded->gpus_on_record ? Json(recorded->gpus) : Json()},
          {"account", recorded->account},
          {"suspended_seconds", recorded->suspended.count()},
          {"state", recorded->state}};
}

Json to_wire(const ReconciledJob& job) {
  const JobKey& key = job.charged ? job.charged->segment.job : job.recorded->key;
  std::optional<std::int64_t> unseen = job.seconds_unseen();
  return {{"job_id", key.job_id},
          {"array_task", key.task ? Json(*key.task) : Json()},
          {"submitted_at", to_unix(key.submitted_at)},
          {"restart", job.charged ? job.charged->segment.restart : job.recorded->restarts},
          {"role", job.charged ? Json(to_string(job.charged->role)) : Json()},
          {"run", job.charged && job.charged->run_id ? Json(*job.charged->run_id) : Json()},
          {"user", job.charged ? Json(job.charged->user) : Json()},
          {"ledger", to_wire(job.charged)},
          {"slurmdbd", to_wire(job.recorded)},
          {"seconds_apart", job.seconds_apart()},
          {"seconds_allowed", job.seconds_allowed ? Json(*job.seconds_allowed) : Json()},
          {"seconds_too_many", job.ledger_seconds() - job.slurmdbd_seconds()},
          {"gpu_seconds_too_many", job.gpu_seconds_too_many()},
          {"seconds_unseen", unseen ? Json(*unseen) : Json()},
          {"finding", to_string(job.finding)},
          {"explained", is_explained(job.finding)},
          {"text", in_words(job.finding)}};
}

}  // namespace

Json to_wire(const Reconciliation& result, UtcSeconds since) {
  Json rows = Json::array();
  for (const ReconciledJob& job : result.jobs)
    if (job.finding != Finding::equal) rows.push_back(to_wire(job));
  return {{"since", to_unix(since)},
          {"segments", result.jobs.size()},
          {"equal", result.count(Finding::equal)},
          {"explained", result.explained()},
          {"unexplained", result.unexplained()},
          {"rows", rows}};
}

Json to_wire(const ClosedMonth& closed) {
  return {{"month", closed.month},
          {"zone", closed.zone},
          {"since", to_unix(closed.period.since)},
          {"until", to_unix(closed.period.until)},
          {"closed_at", to_unix(closed.closed_at)},
          {"closed_by", closed.closed_by}};
}

}  // namespace trainyard
