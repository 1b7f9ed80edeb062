#include "daemon/run/poll_news.h"

namespace trainyard {
namespace {

std::optional<RunEvent> next_news(const TrainingRun& run, const JobStatus& job, UtcSeconds at) {
  if (!job.account.empty() && job.account != run.account) return event::Reassigned{at, job.account};
  if (job.phase == JobPhase::pending) return std::nullopt;
  if (run.state == RunState::released)
    return event::Started{
        .at = at, .started_at = job.started_at.value_or(at), .nodes = job.nodes, .gpus = job.gpus};
  if (run.state != RunState::running) return std::nullopt;
  std::optional<UtcSeconds> since = run.attempt()->suspended_since;
  UtcSeconds turn = job.suspension_turn_at.value_or(at);
  if (job.phase == JobPhase::suspended && !since) return event::Suspended{.at = at, .since = turn};
  if (job.phase == JobPhase::running && since && turn > *since)
    return event::Resumed{.at = at, .suspended = {*since, turn}};
  return std::nullopt;
}

}  // namespace

std::vector<RunEvent> news_of(const TrainingRun& run, const JobStatus& train_job, UtcSeconds at) {
  std::vector<RunEvent> news;
  std::optional<RunEvent> next = next_news(run, train_job, at);
  if (!next) return news;  // nearly all runs have no news: avoids a copy of the run
  TrainingRun after = run;
  while (next) {
    apply_event(after, *next);
    news.push_back(std::move(*next));
    next = next_news(after, train_job, at);
  }
  return news;
}

bool is_behind(const TrainingRun& run, const JobStatus& train_job) {
  if (train_job.phase != JobPhase::pending) return false;
  return run.state == RunState::running || (run.state == RunState::released && train_job.held);
}

bool waits_in_vain(const TrainingRun& run, const JobStatus& store_job, UtcSeconds at) {
  constexpr std::chrono::minutes patience{1};
  if (run.state != RunState::storing || store_job.phase != JobPhase::pending) return false;
  const std::optional<UtcSeconds> known_at = run.attempt()->train->end_known_at;
  if (!known_at || at < *known_at + patience) return false;
  return store_job.reason == "Dependency" || store_job.reason == "DependencyNeverSatisfied" ||
         (store_job.held && store_job.key.task);
}

}  // namespace trainyard
