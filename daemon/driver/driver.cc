#include "daemon/driver/driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/run/booking.h"

namespace trainyard {
namespace {

std::map<std::string, int> by_name(const std::map<ShownState, int>& counts) {
  std::map<std::string, int> named;
  for (const auto& [state, count] : counts) named[to_string(state)] = count;
  return named;
}

template <class Event>
bool has_data_set_event(const Changes& changes) {
  return std::ranges::any_of(changes, [](const Change& change) {
    const auto* of_data_set = std::get_if<DataSetChange>(&change);
    return of_data_set != nullptr && std::holds_alternative<Event>(of_data_set->event);
  });
}

}  // namespace

Driver::Driver(Loop& loop, Workers& lane, Lanes& lanes, Ledger& ledger, Steps& steps, DriverSettings settings)
    : loop_(loop),
      lane_(lane),
      lanes_(lanes),
      ledger_(ledger),
      settings_(std::move(settings)),
      entities_(loop, ledger),
      silent_files_(lanes, steps, settings_),
      submit_limits_(entities_),
      cache_(entities_, settings_),
      step_runner_(loop, lanes, steps, entities_, silent_files_, submit_limits_, cache_, trouble_),
      late_use_(entities_, ledger),
      poller_(loop, lane, lanes, steps, entities_, step_runner_, late_use_, trouble_, settings_),
      admitter_(loop, lanes, steps, entities_, silent_files_, submit_limits_, settings_),
      waits_(loop, entities_, admitter_, poller_, settings_),
      acceptance_(loop, lane, lanes, ledger, steps, entities_, settings_),
      housekeeping_(loop, lanes, ledger, steps, entities_, cache_, settings_) {
  entities_.on_recorded([this](const Changes& changes) { follow(changes); });
  silent_files_.on_answer([this] { admitter_.admit_soon(); });
  acceptance_.on_accepted([this](const std::vector<std::string>& wanted) {
    for (const std::string& digest : wanted) step_runner_.consider(EntityId(digest));
    admitter_.admit_soon();
  });
}

Driver::~Driver() {
  lane_.stop();
  lanes_.stop();
}

void Driver::recover() {
  entities_.load(ledger_.note_start(now()));
  for (auto& [id, live] : entities_.runs())  // a run of an early release has no scratch of its own
    if (live.run.scratch.path.empty()) live.run.scratch = acceptance_.scratch_of(live.run.owner, "");
  charge_what_an_earlier_release_left();
  entities_.each([this](LiveEntity& live) { step_runner_.consider(live); });
  admitter_.set_drained(ledger_.setting("drained") == "yes");
  poller_.begin([this] { after_poll(); });
  housekeeping_.begin();
}

void Driver::charge_what_an_earlier_release_left() {
  Changes changes;
  for (const auto& [id, live] : entities_.runs())
    for (RunEvent& use : uncharged_uses(live.run, now())) changes.emplace_back(RunChange{id, std::move(use)});
  entities_.record(changes);
}

void Driver::reconfigure(DriverSettings settings) {
  settings_ = std::move(settings);
  admitter_.look_anew();
}

void Driver::after_poll() {
  waits_.note_all();
  silent_files_.probe();
  admitter_.admit_soon();
}

// ---- what follows from a change

void Driver::follow(const Changes& changes) {
  std::set<EntityId> changed;
  for (const Change& change : changes) changed.insert(entity_of(change));
  for (const EntityId& id : changed) follow(id);
  follow_in_cache(changes);
  admitter_.admit_soon();
}

// A data set that has arrived can exceed the size of its user's cache. One that is gone has left space for
// others.
void Driver::follow_in_cache(const Changes& changes) {
  if (has_data_set_event<event::Ready>(changes)) cache_.shrink();
  if (has_data_set_event<event::Evicted>(changes)) step_runner_.consider_waiting_data_sets();
}

// To be called after a change of this run or data set was recorded. If it is over and has no pending changes,
// removes it from memory. If it is not over, begins the step that is due.
void Driver::follow(const EntityId& id) {
  LiveEntity* live = entities_.find(id);
  if (live == nullptr) return;
  step_runner_.begin_stage_turns(id);
  if (!live->is_over()) return step_runner_.consider(*live);
  if (live->changes_pending > 0) return;
  entities_.forget(id);
}

// ---- what the API asks for

void Driver::cancel(std::int64_t run_id, const std::string& by) {
  LiveRun* live = entities_.find_run(run_id);
  if (live == nullptr) {
    if (!ledger_.find_run(run_id))
      throw Error(ErrorKind::not_found, fmt::format("there is no run {}", run_id));
    return;
  }
  bool gives_up_results = live->run.state == RunState::storing && !live->run.store_cancel_requested;
  if (live->is_over() || (live->run.cancel_requested && !gives_up_results)) return;
  Changes changes{RunChange{run_id, event::CancelRequested{now(), by}}};
  if (live->run.state == RunState::queued) changes.emplace_back(RunChange{run_id, event::Cancelled{now()}});
  if (!entities_.record(changes))
    throw Error(ErrorKind::unavailable, "the ledger's disk is full; nothing was changed");
  const Attempt* attempt = live->run.attempt();
  if (live->busy && attempt != nullptr && attempt->train) step_runner_.cancel_jobs(live->run);
}

void Driver::deputy_is_gone(std::uint32_t uid) {
  entities_.each([uid](LiveEntity& live) {
    if (live.circumstances.doubt && live.owner().uid == uid) live.circumstances.doubt = now();
  });
}

void Driver::set_drained(bool drained) {
  ledger_.set_setting("drained", drained ? "yes" : "no");
  admitter_.set_drained(drained);
}

std::optional<TrainingRun> Driver::find_run(std::int64_t run_id) const {
  auto found = entities_.runs().find(run_id);
  return found != entities_.runs().end() ? std::optional(found->second.run) : ledger_.find_run(run_id);
}

std::optional<DataSet> Driver::find_data_set(const std::string& digest) const {
  auto found = entities_.data_sets().find(digest);
  return found != entities_.data_sets().end() ? std::optional(found->second.data_set)
                                              : ledger_.find_data_set(digest);
}

std::set<std::string> Driver::code_in_use(std::uint32_t uid) const { return entities_.tally().code_of(uid); }

void Driver::on_event(std::function<void()> observer) { entities_.on_event(std::move(observer)); }

RunTally::IsReady Driver::data_is_ready() const {
  return [this](const std::string& digest) { return entities_.is_data_ready(digest); };
}

Driver::UserStatus Driver::status_of(std::uint32_t uid) const {
  return {by_name(entities_.tally().count_by_state(uid, data_is_ready())),
          entities_.tally().gpus_by_plan(uid)};
}

Driver::Status Driver::status() const {
  Status status;
  status.runs = by_name(entities_.tally().count_by_state(data_is_ready()));
  for (const auto& [digest, live] : entities_.data_sets()) ++status.data_sets[to_string(live.data_set.state)];
  status.plan_use = entities_.tally().plan_use(settings_.plans);
  status.scheduler = poller_.status();
  status.scheduler_trouble = trouble_.reason();
  status.poll_interval = poller_.interval();
  status.events = ledger_.events_appended();
  status.longest_stall = loop_.longest_stall();
  return status;
}

// ---- corrections

void Driver::correct(std::int64_t run_id, const Segment& was, const Segment& is, const std::string& reason) {
  entities_.record_or_throw({RunChange{run_id, event::Corrected{now(), reason, was, is}}});
}

bool Driver::enter_use(const JobStatus& job, const Segment& segment, const std::string& reason) {
  return late_use_.enter(job, segment, reason);
}

std::set<JobKey> Driver::uncharged_jobs() const {
  std::set<JobKey> jobs;
  for (const auto& [id, live] : entities_.runs())
    for (const EntityJob& job : live.jobs())
      if (charge_of(live.run, job.key) == nullptr) jobs.insert(job.key);
  for (const auto& [digest, live] : entities_.data_sets())
    if (live.data_set.job && !live.data_set.job_is_charged) jobs.insert(*live.data_set.job);
  return jobs;
}

}  // namespace trainyard
