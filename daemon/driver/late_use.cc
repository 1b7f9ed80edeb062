#include "daemon/driver/late_use.h"

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/run/booking.h"

namespace trainyard {
namespace {

// The most jobs that are looked up in the ledger after one poll. After its start, a daemon must look up all
// ended jobs that the scheduler shows.
constexpr int most_look_ups = 200;

// Each entry is a transaction, for which the loop waits. The next polls enter the others.
constexpr int most_entries = 5;

constexpr const char* after_its_run = "Slurm started the job although its run had given the job up";

}  // namespace

void LateUse::enter_missing(const Snapshot& snapshot, std::int64_t poll) {
  std::set<Execution> looked_up;
  int look_ups = 0, entries = 0;
  snapshot.each_ended_without_entity(poll, [&](const JobStatus& job) {
    if (!job.started_at) return;
    Execution execution{job.key, job.restarts};
    if (!looked_up_.contains(execution)) {
      if (++look_ups > most_look_ups || entries == most_entries) return;
      const Outcome outcome = enter_if_missing(job);
      if (outcome == Outcome::failed) return;
      entries += outcome == Outcome::entered;
    }
    looked_up.insert(std::move(execution));
  });
  looked_up_ = std::move(looked_up);
}

// Enters the usage of an ended job if the ledger does not have it. `failed`: the ledger could not be read or
// written; the next poll tries again.
LateUse::Outcome LateUse::enter_if_missing(const JobStatus& job) {
  std::optional<Segment> segment = segment_of_job(job);
  try {
    if (!segment || !enter(job, *segment, after_its_run)) return Outcome::known;
    log_warning("event=late_use job={} token={} uid={}", to_string(job.key), job.token, job.uid);
    return Outcome::entered;
  } catch (const Error& e) {
    log_warning("event=late_use_not_entered job={} {}", to_string(job.key), e.what());
    return Outcome::failed;
  }
}

bool LateUse::enter(const JobStatus& job, const Segment& segment, const std::string& reason) {
  std::optional<NamedJob> named = parse_token(ledger_.id(), job.token);
  if (!named || ledger_.has_segment(segment.job, segment.restart)) return false;
  event::Used used{now(), named->role, segment, reason};
  return named->role == JobRole::stage ? enter_for_data_set(job, *named, used)
                                       : enter_for_run(job, *named, std::move(used));
}

bool LateUse::enter_for_data_set(const JobStatus& job, const NamedJob& named, const event::Used& used) {
  std::optional<DataSet> data_set = ledger_.find_data_set_by_prefix(named.digest);
  if (!data_set || data_set->owner.uid != job.uid) return false;
  entities_.record_or_throw({DataSetChange{data_set->digest, used}});
  return true;
}

bool LateUse::enter_for_run(const JobStatus& job, const NamedJob& named, event::Used used) {
  std::optional<TrainingRun> run = run_of(job, named);
  if (!run) return false;
  complete_use(*run, job, used);
  entities_.record_or_throw({RunChange{run->id, used}});
  return true;
}

// Returns the run that the job's name identifies; nullopt if there is none, or if the job's user is not the
// run's owner, because any user can give a job such a name.
std::optional<TrainingRun> LateUse::run_of(const JobStatus& job, const NamedJob& named) {
  std::optional<std::int64_t> id = named.run_id;
  if (named.is_array)
    id =
        job.key.task ? ledger_.find_run_in_array({named.run_id, named.attempt, *job.key.task}) : std::nullopt;
  if (!id) return std::nullopt;
  const LiveRun* live = entities_.find_run(*id);
  std::optional<TrainingRun> run = live != nullptr ? std::optional(live->run) : ledger_.find_run(*id);
  return run && run->owner.uid == job.uid ? run : std::nullopt;
}

}  // namespace trainyard
