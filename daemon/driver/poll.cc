// The poll: one call for all our jobs, and what follows from it.
#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/driver/driver.h"
#include "daemon/run/booking.h"

namespace trainyard {
namespace {

// A stray younger than this may be one whose submission is being recorded.
constexpr std::chrono::seconds stray_age{30};

constexpr std::size_t many_runs = 100;
constexpr std::int64_t polls_per_look = 30;  // at the time when the controller was started
constexpr std::chrono::milliseconds longest_poll_interval{8'000};  // nothing is seen later than in 10 s, then

// A controller that was killed goes back a few seconds: our release, or the job's start, may not have been.
bool is_forgotten(const TrainingRun& run, const JobStatus& train) {
  if (train.phase != JobPhase::pending) return false;
  return run.state == RunState::running || (run.state == RunState::released && train.held);
}

// What the run has not heard yet of its train job, which lives.
std::optional<RunEvent> news_of(const TrainingRun& run, const JobStatus& job) {
  if (!job.account.empty() && job.account != run.account) return event::Reassigned{now(), job.account};
  if (job.phase == JobPhase::pending) return std::nullopt;
  if (run.state == RunState::released)
    return event::Started{now(), job.started_at.value_or(now()), job.nodes, job.gpus};
  if (run.state != RunState::running) return std::nullopt;
  std::optional<UtcSeconds> since = run.attempt()->suspended_since;
  UtcSeconds turn = job.suspension_turn_at.value_or(now());
  if (job.phase == JobPhase::suspended && !since) return event::Suspended{now(), turn};
  if (job.phase == JobPhase::running && since && turn > *since) return event::Resumed{now(), {*since, turn}};
  return std::nullopt;
}

// Time in which it is suspended, or only completing, is not what the scheduler charges.
void note_sighting(std::map<JobKey, Sighting>& sightings, const JobStatus& job, UtcSeconds at) {
  if (job.phase != JobPhase::running || job.completing) return;
  auto before = sightings.find(job.key);
  sightings[job.key] =
      seen_again(before == sightings.end() ? std::nullopt : std::optional(before->second), job, at);
}

}  // namespace

// A live job that the scheduler no longer shows.
struct Driver::Missing {
  JobKey job;
  Token token;
  std::uint32_t uid = 0;
  JobRole role = JobRole::train;
  UtcSeconds admitted_at{};
};

// What lives, and what may be on its way into the scheduler.
struct Driver::Expected {
  std::set<JobKey> jobs;    // of arrays the tasks, and the array
  std::set<Token> awaited;  // whose submission is not settled yet
};

void Driver::poll_soon(std::chrono::milliseconds delay) {
  poll_timer_ = loop_.after(delay, [this] { poll(); });
}

// What one poll brings from the lane.
struct Driver::PollAnswer {
  std::string scheduler;              // empty: known already
  std::vector<std::string> warnings;  // with its description
  UtcSeconds asked_at{};
  std::optional<std::vector<JobStatus>> jobs;  // nullopt: as before
  std::optional<UtcSeconds> controller_started_at;
  std::chrono::milliseconds latency{0};
  CallCounts calls;
};

void Driver::poll() {
  std::int64_t number = ++polls_begun_;
  // A controller that did not answer may have been started again.
  bool is_new = scheduler_.empty() || poll_failed_ || number % polls_per_look == 0;
  lane_.run(
      [this, describe = scheduler_.empty(), is_new, known = expected_jobs().jobs] {
        PollAnswer answer;
        SchedulerReader& reader = steps_.reader();
        if (describe) {
          reader.check_sees_all_jobs();
          answer.scheduler = reader.describe();
          answer.warnings = reader.warnings();
        }
        if (is_new) answer.controller_started_at = reader.controller_started_at();
        answer.asked_at = now();
        auto begin = std::chrono::steady_clock::now();
        answer.jobs = reader.poll(token_prefix(steps_.site().ledger_id), known);
        answer.latency =
            std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
        answer.calls = reader.calls_last_minute();
        return answer;
      },
      [this, number](PollAnswer answer) { polled(number, std::move(answer)); },
      [this](std::exception_ptr error) {
        poll_failed_ = true;
        try {
          std::rethrow_exception(error);
        } catch (const Error& e) {
          // What cannot be seen would be taken for gone.
          if (e.kind() == ErrorKind::denied) throw;
          if (trouble_ != e.what()) log_warning("event=poll_failed {}", e.what());
          trouble_ = e.what();
        }
        poll_soon(poll_interval());
      });
}

// A controller that answers slowly, or has much to tell, is asked less often.
std::chrono::milliseconds Driver::poll_interval() const {
  int patience = runs_.size() < many_runs ? 5 : 50;
  return std::min(std::max(settings_.poll_interval, patience * poll_latency_),
                  std::max(settings_.poll_interval, longest_poll_interval));
}

void Driver::polled(std::int64_t number, PollAnswer answer) {
  if (!answer.scheduler.empty()) {
    scheduler_ = answer.scheduler;
    scheduler_warnings_ = answer.warnings;
    for (const std::string& warning : scheduler_warnings_)
      log_warning("event=scheduler_settings {}", warning);
  }
  polled_at_ = now();
  poll_asked_at_ = answer.asked_at;
  poll_latency_ = answer.latency;
  calls_ = std::move(answer.calls);
  trouble_.clear();
  poll_failed_ = false;
  if (answer.controller_started_at) note_controller(*answer.controller_started_at);
  if (answer.jobs) {
    snapshot_.clear();
    for (JobStatus& job : *answer.jobs) snapshot_.emplace(job.key, std::move(job));
  }
  examine(number);
  cancel_strays();
  note_waits();
  probe_silent_files();
  admit_soon();
  poll_soon(poll_interval());
}

// A slurmctld that was killed goes back some seconds: a job that it shows running may have ended. The agent's
// evidence says so.
void Driver::note_controller(UtcSeconds started_at) {
  if (started_at == controller_started_at_) return;
  controller_started_at_ = started_at;
  for (auto& [id, live] : runs_)
    if (live.run.state == RunState::running) live.seen.may_be_over = true;
}

void Driver::examine(std::int64_t number) {
  for (auto& [digest, live] : data_sets_) examine(live, number);
  // A run that ends leaves the map.
  std::vector<std::int64_t> ids;
  for (const auto& [id, live] : runs_) ids.push_back(id);
  for (std::int64_t id : ids)
    if (auto found = runs_.find(id); found != runs_.end()) examine(found->second, number);
}

void Driver::examine(LiveDataSet& live, std::int64_t number) {
  if (live.data_set.state != DataSetState::staging || live.ended_job) return;
  auto end = [this, digest = live.data_set.digest](JobStatus job) {
    std::optional<DataSetEvent> used = use_of_stage_job(data_sets_.at(digest).data_set, job, now());
    if (used && !record(digest, *used)) return;  // the next poll finds the end again
    data_sets_.at(digest).ended_job = std::move(job);
    consider(digest);
  };
  auto seen = snapshot_.find(*live.data_set.job);
  if (seen == snapshot_.end()) {
    if (number >= live.seen_from)
      trace(live,
            {*live.data_set.job, stage_token(ledger_.id(), live.data_set.digest, live.data_set.attempts),
             live.data_set.owner.uid, JobRole::stage, live.data_set.changed_at},
            end);
  } else if (seen->second.phase == JobPhase::ended) {
    end(seen->second);
  }
}

void Driver::examine(LiveRun& live, std::int64_t number) {
  const Attempt* attempt = live.run.attempt();
  if (attempt == nullptr) return;
  auto look_at = [&](const std::optional<RunJob>& job, JobRole role) {
    if (!job || job->end) return;
    auto end = [this, id = live.run.id, role, key = job->key](JobStatus status) {
      auto found = runs_.find(id);
      if (found == runs_.end()) return;
      const Attempt* current = found->second.run.attempt();
      const std::optional<RunJob>& ours = role == JobRole::train ? current->train : current->store;
      if (!ours || ours->key != key || ours->end) return;  // an older attempt's
      record_end(id, {now(), role, std::move(status)});
    };
    auto seen = snapshot_.find(job->key);
    if (seen == snapshot_.end()) {
      if (number >= live.seen_from)
        trace(live,
              {job->key, token_of(ledger_.id(), live.run, role), live.run.owner.uid, role,
               attempt->admitted_at},
              end);
    } else if (seen->second.phase == JobPhase::ended) {
      end(seen->second);
    } else {
      note_sighting(live.sightings, seen->second, poll_asked_at_);
      if (role == JobRole::train && number >= live.seen_from) see_live_train_job(live, seen->second);
    }
  };
  std::int64_t id = live.run.id;
  look_at(attempt->train, JobRole::train);
  auto found = runs_.find(id);
  if (found == runs_.end()) return;
  look_at(found->second.run.attempt()->store, JobRole::store);
}

// The end and the use of the job, in one transaction.
void Driver::record_end(std::int64_t run_id, const event::Ended& ended) {
  std::vector<std::pair<std::int64_t, RunEvent>> events = with_uses({{run_id, ended}});
  if (!record(events)) return;
  runs_.at(run_id).sightings.erase(ended.job.key);
  for (const auto& [id, event] : events) follow(id, event);
}

void Driver::see_live_train_job(LiveRun& live, const JobStatus& job) {
  std::int64_t id = live.run.id;
  while (std::optional<RunEvent> news = news_of(live.run, job))
    if (!record(id, *news)) break;
  live.seen.forgotten = is_forgotten(live.run, job);
  consider(id);
}

void Driver::trace(Progress& progress, const Missing& missing, std::function<void(JobStatus)> ended) {
  if (!traced_.insert(missing.job).second) return;
  if (!progress.missing_since) progress.missing_since = now();
  lanes_.run(
      lane_key(missing.uid, StepLane::jobs),
      [this, missing, since = *progress.missing_since] {
        return steps_.trace(missing.job, missing.token, missing.uid, missing.role, missing.admitted_at,
                            since);
      },
      [this, job = missing.job, ended = std::move(ended)](std::optional<JobStatus> status) {
        traced_.erase(job);
        if (status) ended(std::move(*status));
      },
      [this, job = missing.job](std::exception_ptr error) {
        traced_.erase(job);
        trouble_ = failure_of(error).reason;
      });
}

Driver::Expected Driver::expected_jobs() const {
  Expected expected;
  auto live_job = [&](const JobKey& job) {
    expected.jobs.insert(job);
    expected.jobs.insert(array_of(job));
  };
  for (const auto& [id, live] : runs_) {
    const Attempt* attempt = live.run.attempt();
    if (attempt == nullptr) continue;
    if (attempt->train) live_job(attempt->train->key);
    if (attempt->store) live_job(attempt->store->key);
    for (JobRole role : {JobRole::train, JobRole::store})
      if (live.busy || live.doubt) expected.awaited.insert(token_of(ledger_.id(), live.run, role));
  }
  for (const auto& [digest, live] : data_sets_) {
    if (live.data_set.job) live_job(*live.data_set.job);
    if (live.busy || live.doubt)
      expected.awaited.insert(stage_token(ledger_.id(), digest, live.data_set.attempts + 1));
  }
  return expected;
}

// Jobs with our token that belong to nothing that lives: what a crash, or a doubt resolved twice, left
// behind. Of an array none of whose tasks is ours, all at once.
void Driver::cancel_strays() {
  Expected expected = expected_jobs();
  struct Stray {
    Token token;
    std::uint32_t uid = 0;
  };
  std::map<JobKey, Stray> strays;
  for (const auto& [key, job] : snapshot_) {
    if (job.phase == JobPhase::ended || expected.jobs.contains(key) || expected.awaited.contains(job.token) ||
        now() < key.submitted_at + stray_age)
      continue;
    strays.emplace(expected.jobs.contains(array_of(key)) ? key : array_of(key), Stray{job.token, job.uid});
  }
  for (const auto& [key, stray] : strays) {
    log_warning("event=stray_cancelled job={} token={} uid={}", to_string(key), stray.token, stray.uid);
    lanes_.run(
        lane_key(stray.uid, StepLane::jobs),
        [this, key = key, stray = stray] {
          steps_.cancel_stray(stray.uid, key, stray.token);
          return true;
        },
        [](bool) {}, [](std::exception_ptr) {});  // seen again by the next poll, and tried again
  }
}

}  // namespace trainyard
