#include "daemon/run/booking.h"

namespace trainyard {
namespace {

constexpr const char* by_evidence = "Slurm lost the job; entered by what its agent left on scratch";
constexpr const char* by_polls = "Slurm lost the job; entered as far as slurmctld had shown it running";
constexpr const char* late = "its end was recorded by an earlier release, which had not charged it yet";

const std::optional<RunJob>& job_of(const TrainingRun& run, JobRole role) {
  return role == JobRole::train ? run.attempt()->train : run.attempt()->store;
}

// Returns the polls' sighting of the job with the start and the GPUs that the run's events record. After a
// restart of the daemon, there may be no sighting, only the recorded start.
std::optional<Sighting> with_start(const RunJob& job, std::optional<Sighting> seen) {
  if (!job.started_at) return seen;
  if (!seen) seen = Sighting{*job.started_at, *job.started_at, 0, "", ""};
  seen->started_at = std::min(seen->started_at, *job.started_at);
  seen->gpus = std::max(seen->gpus, job.gpus);
  return seen;
}

std::optional<event::Used> use_at_end(const TrainingRun& run, const event::Ended& ended,
                                      const std::optional<Sighting>& seen) {
  const std::optional<RunJob>& job = job_of(run, ended.role);
  if (!job || charge_of(run, ended.job.key) != nullptr) return std::nullopt;
  bool is_train = ended.role == JobRole::train;
  std::optional<Segment> segment = segment_of_job(
      ended.job, with_start(*job, seen), is_train ? run.attempt()->suspensions : std::vector<Period>());
  if (!segment) return std::nullopt;
  event::Used used{ended.at, ended.role, *segment,
                   segment->source == SegmentSource::evidence ? by_polls : ""};
  complete_use(run, ended.job, used);
  return used;
}

}  // namespace

std::vector<RunEvent> end_and_use(const TrainingRun& run, const event::Ended& ended,
                                  const std::optional<Sighting>& seen) {
  std::vector<RunEvent> events{ended};
  if (std::optional<event::Used> used = use_at_end(run, ended, seen)) events.emplace_back(*used);
  return events;
}

std::optional<DataSetEvent> use_of_stage_job(const DataSet& data_set, const JobStatus& ended_job,
                                             UtcSeconds at) {
  if (data_set.job_is_charged) return std::nullopt;
  std::optional<Segment> segment = segment_of_job(ended_job);
  if (!segment) return std::nullopt;
  return event::Used{at, JobRole::stage, *segment, ""};
}

std::optional<RunEvent> amendment(const TrainingRun& run, const Witness& witness, UtcSeconds at) {
  const RunJob& job = *run.attempt()->train;
  const Segment* charged = charge_of(run, job.key);
  std::optional<Segment> was = charged == nullptr ? std::nullopt : std::optional(*charged);
  std::optional<Segment> is =
      with_evidence(was, *job.end, believed(run, witness), run.gpus, run.manifest->resources.gpu);
  if (!is || is == was) return std::nullopt;
  if (is->account.empty()) is->account = run.account;
  if (!was) return event::Used{at, JobRole::train, *is, by_evidence};
  if (was->started_at == is->started_at && was->ended_at == is->ended_at && was->gpus == is->gpus)
    return std::nullopt;
  return event::Corrected{at, by_evidence, *was, *is};
}

std::vector<RunEvent> uncharged_uses(const TrainingRun& run, UtcSeconds at) {
  std::vector<RunEvent> events;
  if (run.attempts.empty()) return events;
  for (JobRole role : {JobRole::train, JobRole::store}) {
    const std::optional<RunJob>& job = job_of(run, role);
    if (!job || !job->end) continue;
    std::optional<event::Used> used = use_at_end(run, {at, role, *job->end}, std::nullopt);
    if (!used) continue;
    used->reason = late;
    events.emplace_back(*used);
  }
  return events;
}

// If the scheduler's record of a train job has no number of GPUs, the GPUs that the run requested are
// charged.
void complete_use(const TrainingRun& run, const JobStatus& job, event::Used& used) {
  if (used.segment.account.empty()) used.segment.account = run.account;
  if (used.role != JobRole::train || used.segment.gpus > 0 || job.gpus_on_record) return;
  used.segment.gpus = run.gpus;
  used.segment.gpu_type = run.manifest->resources.gpu;
}

Witness believed(const TrainingRun& run, const Witness& witness) {
  const RunJob& job = *run.attempt()->train;
  return within(witness, {job.key.submitted_at, job.end_known_at.value_or(job.key.submitted_at)});
}

}  // namespace trainyard
