// Events: recorded first, then they have happened.
#include "daemon/driver/driver.h"

#include <fmt/format.h>

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/run/booking.h"

namespace trainyard {
Driver::Driver(Loop& loop, Workers& lane, Workers& io, Lanes& lanes, Ledger& ledger, Steps& steps,
               DriverSettings settings)
    : loop_(loop),
      lane_(lane),
      io_(io),
      lanes_(lanes),
      ledger_(ledger),
      steps_(steps),
      settings_(std::move(settings)) {}

Driver::~Driver() {
  lane_.stop();
  io_.stop();
  lanes_.stop();
}

void Driver::recover() {
  drained_ = ledger_.setting("drained") == "yes";
  ledger_.each_live_run([this](TrainingRun run) {
    LiveRun& live = runs_[run.id];
    live.run = std::move(run);
    // Of a release that had one scratch for all.
    if (live.run.scratch.path.empty()) live.run.scratch = scratch_of(live.run.owner, "");
    queued_ += live.run.state == RunState::queued;
    live.doubt = now();  // the daemon before us may have submitted until it ended
  });
  for (DataSet& data_set : ledger_.data_sets()) {
    LiveDataSet& live = data_sets_[data_set.digest];
    live.data_set = std::move(data_set);
    live.doubt = now();
  }
  charge_what_an_earlier_release_left();
  for (auto& [digest, live] : data_sets_) consider(digest);
  for (auto& [id, live] : runs_) consider(id);
  admit_soon();
  poll_soon(std::chrono::milliseconds(0));
  keep_house();
}

void Driver::charge_what_an_earlier_release_left() {
  std::vector<std::pair<std::int64_t, RunEvent>> uses;
  for (const auto& [id, live] : runs_)
    for (RunEvent& use : uncharged_uses(live.run, now())) uses.emplace_back(id, std::move(use));
  if (!uses.empty()) record(uses);
}

void Driver::reconfigure(DriverSettings settings) {
  settings_ = std::move(settings);
  admit_soon();
}

bool Driver::record(std::int64_t run_id, const RunEvent& event) { return record({{run_id, event}}); }

// Nothing is changed in memory, and nobody is told, before all of it is durable.
bool Driver::record(const std::vector<std::pair<std::int64_t, RunEvent>>& events) {
  std::vector<TrainingRun> after;
  std::map<std::int64_t, std::size_t> newest;  // of each run's states in `after`
  after.reserve(events.size());
  for (const auto& [run_id, event] : events) {
    auto before = newest.find(run_id);
    after.push_back(before == newest.end() ? runs_.at(run_id).run : after[before->second]);
    apply_event(after.back(), event);
    newest[run_id] = after.size() - 1;
  }
  try {
    ledger_.together([&] {
      for (std::size_t i = 0; i < events.size(); ++i) ledger_.append(after[i], events[i].second);
    });
  } catch (const Error& e) {
    // Nothing happened, then: what is due stays due, and is looked up before it is done again.
    for (const auto& [run_id, event] : events) {
      log_error("run={} event={} not_recorded: {}", run_id, name_of(event), e.what());
      runs_.at(run_id).doubt = now();
    }
    return false;
  }
  for (std::size_t i = 0; i < events.size(); ++i) happened(std::move(after[i]), events[i].second);
  return true;
}

void Driver::happened(TrainingRun after, const RunEvent& event) {
  LiveRun& live = runs_.at(after.id);
  queued_ -= live.run.state == RunState::queued;
  queued_ += after.state == RunState::queued;
  live.run = std::move(after);
  live.seen_from = polls_begun_ + 1;
  live.missing_since.reset();
  live.seen = {};
  live.again.stop();  // what was to be tried again may not be due any more
  tell(fmt::format("run={} attempt={} event={} state={}", live.run.id, live.run.attempts.size(),
                   name_of(event), to_string(shown_state(live.run))));
}

void Driver::tell(const std::string& line) {
  log_info("{}", line);
  if (observer_) observer_(line);
}

bool Driver::record(const std::string& digest, const DataSetEvent& event) {
  return record(digest, std::vector<DataSetEvent>{event});
}

bool Driver::record(const std::string& digest, const std::vector<DataSetEvent>& events) {
  LiveDataSet& live = data_sets_[digest];
  std::vector<DataSet> after{live.data_set};
  after.front().digest = digest;
  for (const DataSetEvent& event : events) {
    after.push_back(after.back());
    apply_event(after.back(), event);
  }
  try {
    ledger_.together([&] {
      for (std::size_t i = 0; i < events.size(); ++i) ledger_.append(after[i + 1], events[i]);
    });
  } catch (const Error& e) {
    log_error("data_set={} event={} not_recorded: {}", digest.substr(0, 12), name_of(events.front()),
              e.what());
    live.doubt = now();
    return false;
  }
  live.data_set = std::move(after.back());
  live.seen_from = polls_begun_ + 1;
  live.missing_since.reset();
  live.ended_job.reset();
  for (const DataSetEvent& event : events)
    tell(fmt::format("data_set={} event={} state={}", digest.substr(0, 12), name_of(event),
                     to_string(live.data_set.state)));
  return true;
}

void Driver::cancel(std::int64_t run_id, const std::string& by) {
  auto found = runs_.find(run_id);
  if (found == runs_.end()) {
    if (!ledger_.find_run(run_id))
      throw Error(ErrorKind::not_found, fmt::format("there is no run {}", run_id));
    return;
  }
  LiveRun& live = found->second;
  bool gives_up_results = live.run.state == RunState::storing && !live.run.store_cancel_requested;
  if (live.run.cancel_requested && !gives_up_results) return;
  if (!record(run_id, event::CancelRequested{now(), by}))
    throw Error(ErrorKind::unavailable, "the ledger's disk is full; nothing was changed");
  if (live.run.state == RunState::queued) {
    event::Cancelled cancelled{now()};
    if (record(run_id, cancelled)) follow(run_id, cancelled);
    return;
  }
  live.again.stop();  // whatever it waited for, this comes first
  // A step of it may hang on the user's files: its jobs are cancelled all the same.
  if (live.busy && live.run.attempt() != nullptr && live.run.attempt()->train)
    lanes_.run(
        lane_key(live.run.owner.uid, StepLane::jobs),
        [this, run = live.run] { return steps_.perform(Step::cancel, {run}, {}, {}, false); },
        [](const RunsStepResult&) {}, [](std::exception_ptr) {});
  consider(run_id);
}

void Driver::deputy_is_gone(std::uint32_t uid) {
  for (auto& [id, live] : runs_)
    if (live.doubt && live.run.owner.uid == uid) live.doubt = now();
  for (auto& [digest, live] : data_sets_)
    if (live.doubt && live.data_set.owner.uid == uid) live.doubt = now();
}

ScratchPlace Driver::scratch_of(const Owner& owner, const std::string& home) const {
  return scratch_place(settings_.scratch, {owner.name, owner.uid, home}, ledger_.id());
}

void Driver::set_drained(bool drained) {
  ledger_.set_setting("drained", drained ? "yes" : "no");
  drained_ = drained;
  admit_soon();
}

std::optional<TrainingRun> Driver::find_run(std::int64_t run_id) const {
  auto found = runs_.find(run_id);
  return found != runs_.end() ? std::optional(found->second.run) : ledger_.find_run(run_id);
}

std::optional<DataSet> Driver::find_data_set(const std::string& digest) const {
  auto found = data_sets_.find(digest);
  return found != data_sets_.end() ? std::optional(found->second.data_set) : ledger_.find_data_set(digest);
}

const DataSet* Driver::known_data_set(const TrainingRun& run) const {
  auto found = data_sets_.find(run.dataset_digest);
  return found == data_sets_.end() ? nullptr : &found->second.data_set;
}

std::optional<DataSet> Driver::data_set_of(const TrainingRun& run) const {
  const DataSet* data = known_data_set(run);
  return data == nullptr ? std::nullopt : std::optional(*data);
}

ShownState Driver::shown_state(const TrainingRun& run) const {
  const DataSet* data = known_data_set(run);
  return trainyard::shown_state(run, !data || data->state == DataSetState::ready);
}

void Driver::on_event(std::function<void(const std::string& line)> observer) {
  observer_ = std::move(observer);
}

Driver::UserStatus Driver::status_of(std::uint32_t uid) const {
  UserStatus status;
  for (const auto& [id, live] : runs_) {
    if (live.run.owner.uid != uid) continue;
    ++status.runs[to_string(shown_state(live.run))];
    if (occupies_plan(live.run.state)) status.in_use[live.run.plan] += live.run.gpus;
  }
  return status;
}

Driver::Status Driver::status() const {
  Status status;
  for (const auto& [id, live] : runs_) ++status.runs[to_string(shown_state(live.run))];
  for (const auto& [digest, live] : data_sets_) ++status.data_sets[to_string(live.data_set.state)];
  status.plan_use = plan_use(settings_.plans, live_runs());
  status.scheduler = scheduler_;
  status.scheduler_trouble = trouble_;
  status.scheduler_warnings = scheduler_warnings_;
  status.polled_at = polled_at_;
  status.poll_latency = poll_latency_;
  status.poll_interval = poll_interval();
  status.scheduler_calls = calls_;
  status.events = ledger_.events_appended();
  status.longest_stall = loop_.longest_stall();
  return status;
}

}  // namespace trainyard
