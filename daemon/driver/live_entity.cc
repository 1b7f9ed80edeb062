#include "daemon/driver/live_entity.h"

#include "daemon/run/booking.h"
#include "daemon/run/poll_news.h"

namespace trainyard {

std::optional<Step> LiveRun::next_step(const Circumstances& all) const {
  return trainyard::next_step(run, all);
}

void LiveRun::add_to(StepCall& call) const { call.runs.push_back(run); }

Change LiveRun::failed(const std::string& reason) const {
  return RunChange{run.id, event::Failed{now(), reason}};
}

std::vector<EntityJob> LiveRun::jobs() const {
  std::vector<EntityJob> jobs;
  const Attempt* attempt = run.attempt();
  if (attempt == nullptr) return jobs;
  jobs.reserve(2);
  auto add = [&](JobRole role, const std::optional<RunJob>& job) {
    if (job) jobs.push_back({role, job->key, attempt->admitted_at, job->end.has_value()});
  };
  add(JobRole::train, attempt->train);
  add(JobRole::store, attempt->store);
  return jobs;
}

Token LiveRun::token_of_job(JobRole role, const std::string& ledger_id) const {
  return token_of(ledger_id, run, role);
}

std::vector<Token> LiveRun::awaited_tokens(const std::string& ledger_id) const {
  if (run.attempts.empty()) return {};
  return {token_of(ledger_id, run, JobRole::train), token_of(ledger_id, run, JobRole::store)};
}

// The event of the job's usage is added by Entities when the change is recorded.
Changes LiveRun::end_of_job(JobRole role, const JobStatus& ended, UtcSeconds at) const {
  return {RunChange{run.id, event::Ended{at, role, ended}}};
}

Changes LiveRun::news_of_job(JobRole role, const JobStatus& job, UtcSeconds at) const {
  Changes changes;
  if (role != JobRole::train) return changes;
  for (RunEvent& event : news_of(run, job, at)) changes.emplace_back(RunChange{run.id, std::move(event)});
  return changes;
}

void LiveRun::look_at_job(JobRole role, const JobStatus& job) {
  if (role == JobRole::train) circumstances.seen.is_behind = is_behind(run, job);
  if (role == JobRole::store) circumstances.seen.store_waits_in_vain = waits_in_vain(run, job, now());
}

std::optional<Step> LiveDataSet::next_step(const Circumstances& all) const {
  return trainyard::next_step(data_set, all);
}

void LiveDataSet::add_to(StepCall& call) const {
  call.data_set = data_set;
  if (circumstances.seen.stage_job_end) call.stage_job_end = *circumstances.seen.stage_job_end;
}

Change LiveDataSet::failed(const std::string& reason) const {
  return DataSetChange{data_set.digest, event::StageFailed{now(), reason, false}};
}

std::vector<EntityJob> LiveDataSet::jobs() const {
  if (!data_set.job) return {};
  bool has_ended = data_set.state != DataSetState::staging || circumstances.seen.stage_job_end != nullptr;
  return {{JobRole::stage, *data_set.job, data_set.changed_at, has_ended}};
}

Token LiveDataSet::token_of_job(JobRole, const std::string& ledger_id) const {
  return stage_token(ledger_id, data_set.digest, data_set.attempts);
}

std::vector<Token> LiveDataSet::awaited_tokens(const std::string& ledger_id) const {
  return {stage_token(ledger_id, data_set.digest, data_set.attempts + 1)};
}

Changes LiveDataSet::end_of_job(JobRole, const JobStatus& ended, UtcSeconds at) const {
  Changes changes;
  if (std::optional<DataSetEvent> used = use_of_stage_job(data_set, ended, at))
    changes.emplace_back(DataSetChange{data_set.digest, *used});
  return changes;
}

}  // namespace trainyard
