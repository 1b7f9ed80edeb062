#include "daemon/ledger/ledger.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "daemon/ledger/migrations.h"

namespace trainyard {
namespace {

constexpr std::ptrdiff_t most_starts = 1000;  // the number of daemon starts that are kept

}  // namespace

Ledger::Ledger(const std::string& path) : Ledger(path, Database::Access::write) {
  migrate(database_, path);
  remove_unfinished_submissions();
  if (!setting("ledger_id")) set_setting("ledger_id", random_hex(4));
  id_ = *setting("ledger_id");
}

std::unique_ptr<Ledger> Ledger::open_to_read(const std::string& path) {
  std::unique_ptr<Ledger> ledger(new Ledger(path, Database::Access::read));
  ledger->id_ = *ledger->setting("ledger_id");
  return ledger;
}

void Ledger::in_transaction(const std::function<void()>& work) {
  if (in_transaction_) return work();
  in_transaction_ = true;
  const std::int64_t appended_before = appended_;
  try {
    database_.transaction(work);
  } catch (...) {
    in_transaction_ = false;
    appended_ = appended_before;
    throw;
  }
  in_transaction_ = false;
}

void Ledger::together(const std::function<void()>& work) { in_transaction(work); }

void Ledger::end_checkpoint() {
  is_checkpoint_under_way_ = false;
  for (const std::function<void()>& work : std::exchange(after_checkpoint_, {})) work();
}

void Ledger::in_snapshot(const std::function<void()>& work) { database_.snapshot(work); }

void Ledger::append(const TrainingRun& run, const RunEvent& event) {
  in_transaction([&] {
    insert_run_event(run.id, time_of(event), name_of(event), body_of(event).dump());
    database_.prepare("update runs set state = ?, over = ?, ended_at = ? where run_id = ?")
        .bind(to_string(shown_state(run.state, true)))
        .bind(is_over(run.state) ? 1 : 0)
        .bind(run.ended_at ? std::optional(to_unix(*run.ended_at)) : std::nullopt)
        .bind(run.id)
        .run();
    if (run.ended_at && !run.dataset_digest.empty()) note_last_use(run.dataset_digest, *run.ended_at);
    if (const auto* corrected = std::get_if<event::Corrected>(&event))
      correct(corrected->was, corrected->is, corrected->reason);
    if (Charge charge = charge_of(event); charge.segment != nullptr)
      insert_segment({.segment = *charge.segment,
                      .role = charge.role,
                      .run_id = run.id,
                      .uid = run.owner.uid,
                      .user = run.owner.name,
                      .account = run.account,
                      .plan = run.plan,
                      .run_name = run.name,
                      .reason = charge.reason});
    if (std::optional<UtcSeconds> seen = last_sign_of_life(event); seen && run.attempt()->train)
      insert_sign_of_life(run.attempt()->train->key, *seen);
  });
}

void Ledger::append(const DataSet& data_set, const DataSetEvent& event) {
  in_transaction([&] {
    insert_data_set_event(data_set.digest, data_set.state, event);
    if (Charge charge = charge_of(event); charge.segment != nullptr)
      insert_segment({.segment = *charge.segment,
                      .role = charge.role,
                      .uid = data_set.owner.uid,
                      .user = data_set.owner.name,
                      .reason = charge.reason});
  });
}

void Ledger::insert_run_event(std::int64_t run_id, UtcSeconds at, const char* name, const std::string& body) {
  database_.prepare("insert into run_events (run_id, at, event, body) values (?, ?, ?, ?)")
      .bind(run_id)
      .bind(to_unix(at))
      .bind(name)
      .bind(body)
      .run();
  ++appended_;
}

void Ledger::insert_data_set_event(const std::string& digest, DataSetState after, const DataSetEvent& event) {
  database_
      .prepare(
          "insert into data_sets (digest, state, last_used_at) values (?, ?, ?) "
          "on conflict (digest) do update set state = excluded.state")
      .bind(digest)
      .bind(to_string(after))
      .bind(to_unix(time_of(event)))
      .run();
  database_.prepare("insert into data_set_events (digest, at, event, body) values (?, ?, ?, ?)")
      .bind(digest)
      .bind(to_unix(time_of(event)))
      .bind(name_of(event))
      .bind(body_of(event).dump())
      .run();
  ++appended_;
}

// The start times are kept in the table settings, as Unix seconds.
std::vector<UtcSeconds> Ledger::note_start(UtcSeconds at) {
  std::vector<UtcSeconds> starts;
  std::istringstream before(setting("daemon_starts").value_or(""));
  for (std::int64_t start = 0; before >> start;) starts.push_back(from_unix(start));
  starts.push_back(at);
  std::ranges::sort(starts);  // the clock might have been set back
  if (std::ssize(starts) > most_starts) starts.erase(starts.begin(), starts.end() - most_starts);
  std::string text;
  for (UtcSeconds start : starts) text += std::to_string(to_unix(start)) + " ";
  set_setting("daemon_starts", text);
  return starts;
}

void Ledger::note_resubmission(UtcSeconds at) {
  set_setting("last_resubmission", std::to_string(to_unix(at)));
}

UtcSeconds Ledger::last_resubmission() {
  return from_unix(whole_number<std::int64_t>(setting("last_resubmission").value_or("0")).value_or(0));
}

std::optional<std::string> Ledger::setting(const std::string& name) {
  Statement read = database_.prepare("select value from settings where name = ?");
  return read.bind(name).step() ? std::optional(read.text(0)) : std::nullopt;
}

std::map<std::string, std::string> Ledger::settings_beginning(const std::string& prefix) {
  std::map<std::string, std::string> found;
  Statement rows =
      database_.prepare("select name, value from settings where substr(name, 1, length(?1)) = ?1");
  rows.bind(prefix);
  while (rows.step()) found[rows.text(0)] = rows.text(1);
  return found;
}

void Ledger::set_setting(const std::string& name, const std::string& value) {
  database_
      .prepare(
          "insert into settings (name, value) values (?, ?) on conflict (name) do update set value = "
          "excluded.value")
      .bind(name)
      .bind(value)
      .run();
}

void Ledger::mark_removed(std::int64_t run_id) {
  database_.prepare("update runs set removed = 1 where run_id = ?").bind(run_id).run();
}

}  // namespace trainyard
