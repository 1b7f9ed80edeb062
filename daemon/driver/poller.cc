#include "daemon/driver/poller.h"

#include <algorithm>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/driver/walk.h"

namespace trainyard {
namespace {

constexpr std::size_t many_runs = 100;
constexpr std::int64_t polls_per_look = 30;  // one poll in 30 asks when the controller was started
constexpr std::chrono::milliseconds longest_poll_interval{9'000};  // so that every change is seen within 10 s

// Notes in `sightings` that the job was running at this time. Notes nothing for a suspended or completing
// job, because the scheduler does not charge that time.
void note_sighting(std::map<JobKey, Sighting>& sightings, const JobStatus& job, UtcSeconds at) {
  if (job.phase != JobPhase::running || job.completing) return;
  auto before = sightings.find(job.key);
  sightings[job.key] =
      seen_again(before == sightings.end() ? std::nullopt : std::optional(before->second), job, at);
}

}  // namespace

// What one poll got from the scheduler. Made in the lane that reads the scheduler.
struct Poller::Answer {
  std::string name;                   // of the scheduler; empty: the daemon knows it already
  std::vector<std::string> warnings;  // set together with the name
  UtcSeconds asked_at{};
  std::optional<Snapshot> jobs;  // nullopt: unchanged since the last poll
  std::optional<UtcSeconds> controller_started_at;
  std::chrono::milliseconds latency{0};
  CallCounts calls;
};

Poller::Poller(Loop& loop, Workers& lane, Lanes& lanes, Steps& steps, Entities& entities,
               StepRunner& step_runner, LateUse& late_use, SchedulerTrouble& trouble,
               const DriverSettings& settings)
    : loop_(loop),
      lane_(lane),
      steps_(steps),
      entities_(entities),
      step_runner_(step_runner),
      late_use_(late_use),
      trouble_(trouble),
      settings_(settings),
      missing_jobs_(
          lanes, steps, entities, trouble,
          [this](const EntityId& id, JobRole role, const JobStatus& how) { record_end(id, role, how); }),
      stray_jobs_(lanes, steps, entities),
      comparing_(loop) {}

void Poller::begin(std::function<void()> polled) {
  polled_ = std::move(polled);
  poll_soon(std::chrono::milliseconds(0));
}

void Poller::poll_soon(std::chrono::milliseconds delay) {
  timer_ = loop_.after(delay, [this] { poll(); });
}

// Returns the time until the next poll. It is longer if slurmctld answers slowly, and still longer if there
// are many live runs, too.
std::chrono::milliseconds Poller::interval() const {
  int patience = entities_.runs().size() < many_runs ? 5 : 50;
  return std::min(std::max(settings_.poll_interval, patience * status_.latency),
                  std::max(settings_.poll_interval, longest_poll_interval));
}

// ---- the call to the scheduler

void Poller::poll() {
  std::int64_t number = entities_.begin_poll();
  // slurmctld might have been started again if it did not answer the last poll.
  bool may_be_new = status_.name.empty() || has_failed_ || number % polls_per_look == 0;
  lane_.run(
      [this, describe = status_.name.empty(), may_be_new, known = jobs_of_entities()]() mutable {
        Answer answer;
        std::ranges::sort(known);
        SchedulerReader& reader = steps_.reader();
        if (describe) {
          reader.check_sees_all_jobs();
          answer.name = reader.describe();
          answer.warnings = reader.warnings();
        }
        if (may_be_new) answer.controller_started_at = reader.controller_started_at();
        answer.asked_at = now();
        auto begin = std::chrono::steady_clock::now();
        std::optional<std::vector<JobStatus>> jobs =
            reader.poll(token_prefix(steps_.site().ledger_id), known);
        answer.latency =
            std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
        if (jobs) answer.jobs.emplace(std::move(*jobs));
        answer.calls = reader.calls_last_minute();
        return answer;
      },
      [this, number](Answer answer) { polled(number, std::move(answer)); },
      [this](std::exception_ptr error) { failed(error); });
}

std::vector<JobKey> Poller::jobs_of_entities() {
  std::vector<JobKey> keys;
  entities_.each([&](const LiveEntity& live) {
    for (EntityJob& job : live.jobs()) keys.push_back(std::move(job.key));
  });
  return keys;
}

void Poller::failed(std::exception_ptr error) {
  has_failed_ = true;
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    // Error{denied} ends the daemon: without the right to see all jobs, a job that is not shown would be
    // taken for one that has ended.
    if (e.kind() == ErrorKind::denied) throw;
    if (trouble_.reason() != e.what()) log_warning("event=poll_failed {}", e.what());
    trouble_.note(e.what());
  }
  poll_soon(interval());
}

void Poller::polled(std::int64_t number, Answer answer) {
  if (!answer.name.empty()) {
    status_.name = std::move(answer.name);
    status_.warnings = std::move(answer.warnings);
    for (const std::string& warning : status_.warnings) log_warning("event=scheduler_settings {}", warning);
  }
  status_.polled_at = now();
  status_.latency = answer.latency;
  status_.calls = std::move(answer.calls);
  asked_at_ = answer.asked_at;
  trouble_.clear();
  has_failed_ = false;
  if (answer.controller_started_at) note_controller_start(*answer.controller_started_at);
  if (answer.jobs) snapshot_ = std::move(*answer.jobs);
  compare_all(number);
}

void Poller::compare_all(std::int64_t number) {
  comparing_.begin(
      [this, number, all = EntityWalk(entities_)]() mutable {
        return all.next(walked_together, [&](LiveEntity& live) { compare(live, number); });
      },
      [this, number] { end_poll(number); });
}

void Poller::end_poll(std::int64_t number) {
  missing_jobs_.look_up();
  stray_jobs_.cancel(snapshot_, number);
  late_use_.enter_missing(snapshot_, number);
  polled_();
  poll_soon(interval());
}

// If slurmctld was started again, marks all running runs, so that the evidence of their agents is read. A
// slurmctld that was killed starts again from a state that is some seconds old, so a job that it shows as
// running might have ended.
void Poller::note_controller_start(UtcSeconds started_at) {
  if (started_at == controller_started_at_) return;
  controller_started_at_ = started_at;
  for (auto& [id, live] : entities_.runs())
    if (live.run.state == RunState::running) live.circumstances.seen.may_be_over = true;
}

// ---- the answer of a poll

void Poller::compare(LiveEntity& live, std::int64_t number) {
  // Checked once for all jobs of the entity, because both jobs of a run might have ended since the last poll:
  // record_end() of the train job makes a pending change, which must not hold back the end of the store job.
  if (live.changes_pending > 0) return expect_jobs_of(live, number);
  for (const EntityJob& job : live.jobs()) compare(live, job, number);
}

// Marks the jobs of the entity in the snapshot as jobs of ours, so that they are not cancelled as stray jobs.
// Does not compare them, because a change of the entity is being recorded, and might be the one that the poll
// shows.
void Poller::expect_jobs_of(const LiveEntity& live, std::int64_t number) {
  for (const EntityJob& job : live.jobs()) snapshot_.find_for_entity(job.key, number);
}

void Poller::compare(LiveEntity& live, const EntityJob& job, std::int64_t number) {
  const bool is_current = number >= live.seen_from;
  const JobStatus* shown = snapshot_.find_for_entity(job.key, number);
  if (job.has_ended) return;
  if (shown == nullptr) {
    if (is_current) missing_jobs_.note(live, job);
  } else if (shown->phase == JobPhase::ended) {
    record_end(live.id(), job.role, *shown);
  } else {
    note_sighting(live.sightings, *shown, asked_at_);
    if (is_current) see_live_job(live, job.role, *shown);
  }
}

void Poller::see_live_job(LiveEntity& live, JobRole role, const JobStatus& job) {
  live.look_at_job(role, job);
  Changes news = live.news_of_job(role, job, now());
  if (!news.empty())
    entities_.record_soon(std::move(news), [](bool) {});  // the next poll repeats what was not recorded
  else if (role != JobRole::stage)
    step_runner_.consider(live);
}

// Records the end of the job together with its usage. If that could not be recorded, the next poll finds the
// end again.
void Poller::record_end(const EntityId& id, JobRole role, const JobStatus& ended) {
  LiveEntity& live = *entities_.find(id);
  entities_.record_soon(live.end_of_job(role, ended, now()), [this, id, role, ended](bool is_recorded) {
    LiveEntity* live = entities_.find(id);
    if (live == nullptr || !is_recorded) return;
    if (role == JobRole::stage)
      live->circumstances.seen.stage_job_end = std::make_shared<const JobStatus>(ended);
    step_runner_.consider(*live);
  });
}

}  // namespace trainyard
