// What it takes to hold the ledger against the scheduler's own account.
#include <fmt/format.h>

#include "daemon/driver/driver.h"

namespace trainyard {

void Driver::recorded_since(UtcSeconds since, std::function<void(std::vector<JobStatus>)> answer,
                            std::function<void(std::exception_ptr)> failed) {
  lane_.run(
      [this, since] { return steps_.reader().history_since(token_prefix(steps_.site().ledger_id), since); },
      std::move(answer), std::move(failed));
}

void Driver::correct(std::int64_t run_id, const Segment& was, const Segment& is, const std::string& reason) {
  event::Corrected corrected{now(), reason, was, is};
  TrainingRun run = find_run(run_id).value();
  apply_event(run, corrected);
  ledger_.append(run, corrected);
  tell(fmt::format("run={} event=corrected job={} gpu_seconds={}", run_id, to_string(is.job),
                   gpu_seconds(is)));
  if (auto live = runs_.find(run_id); live != runs_.end()) live->second.run = std::move(run);
}

bool Driver::enter_use(std::int64_t run_id, const event::Used& used) {
  TrainingRun run = find_run(run_id).value();
  std::size_t charges = run.charges.size();
  apply_event(run, used);
  if (run.charges.size() == charges) return false;
  ledger_.append(run, used);
  tell(fmt::format("run={} event=used job={} gpu_seconds={}", run_id, to_string(used.segment.job),
                   gpu_seconds(used.segment)));
  if (auto live = runs_.find(run_id); live != runs_.end()) live->second.run = std::move(run);
  return true;
}

bool Driver::enter_use(const std::string& digest, const event::Used& used) {
  std::optional<DataSet> data_set = find_data_set(digest);
  if (!data_set || (data_set->job_is_charged && data_set->job == used.segment.job)) return false;
  return record(digest, used);
}

std::set<JobKey> Driver::uncharged_jobs() const {
  std::set<JobKey> jobs;
  for (const auto& [id, live] : runs_) {
    const Attempt* attempt = live.run.attempt();
    if (attempt == nullptr) continue;
    for (const std::optional<RunJob>& job : {attempt->train, attempt->store})
      if (job && charge_of(live.run, job->key) == nullptr) jobs.insert(job->key);
  }
  for (const auto& [digest, live] : data_sets_)
    if (live.data_set.job && !live.data_set.job_is_charged) jobs.insert(*live.data_set.job);
  return jobs;
}

}  // namespace trainyard
