#include "daemon/ledger/ledger.h"

#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "daemon/ledger/migrations.h"

namespace trainyard {

Ledger::Ledger(const std::string& path) : Ledger(path, Database::Access::write) {
  migrate(database_, path);
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
  try {
    database_.transaction(work);
  } catch (...) {
    in_transaction_ = false;
    throw;
  }
  in_transaction_ = false;
}

void Ledger::together(const std::function<void()>& work) { in_transaction(work); }

std::optional<SubmittedRuns> Ledger::find_submission(std::uint32_t uid, const std::string& client_id) {
  SubmittedRuns found;
  {
    Statement read =
        database_.prepare("select submission_id, contents from submissions where uid = ? and client_id = ?");
    if (!read.bind(uid).bind(client_id).step()) return std::nullopt;
    found.submission_id = read.integer(0);
    found.contents = read.text(1);
  }
  Statement runs = database_.prepare("select run_id from runs where submission_id = ? order by run_id");
  runs.bind(found.submission_id);
  while (runs.step()) found.run_ids.push_back(runs.integer(0));
  return found;
}

std::optional<Submission> Ledger::submission_of(std::int64_t run_id) {
  Statement read = database_.prepare(
      "select s.uid, s.client_id, s.file, s.text, s.contents from submissions s join runs using "
      "(submission_id) "
      "where "
      "run_id = ?");
  if (!read.bind(run_id).step()) return std::nullopt;
  return Submission{static_cast<std::uint32_t>(read.integer(0)), read.text(1), read.text(2), read.text(3),
                    read.text(4)};
}

std::int64_t Ledger::live_runs_of(std::uint32_t uid) {
  Statement read = database_.prepare("select count(*) from runs where uid = ? and over = 0");
  read.bind(uid).step();
  return read.integer(0);
}

SubmittedRuns Ledger::accept(const Submission& submission, const std::vector<event::Accepted>& runs,
                             const std::map<std::string, event::Wanted>& data_sets) {
  SubmittedRuns accepted;
  in_transaction([&] {
    database_
        .prepare(
            "insert into submissions (uid, client_id, file, text, contents, submitted_at) "
            "values (?, ?, ?, ?, ?, ?)")
        .bind(submission.uid)
        .bind(submission.client_id)
        .bind(submission.file)
        .bind(submission.text)
        .bind(submission.contents)
        .bind(to_unix(now()))
        .run();
    accepted.submission_id = database_.last_insert_rowid();
    for (const event::Accepted& run : runs)
      accepted.run_ids.push_back(insert_run(accepted.submission_id, run));
    for (const auto& [digest, wanted] : data_sets)
      insert_data_set_event(digest, DataSetState::wanted, wanted);
  });
  return accepted;
}

std::int64_t Ledger::insert_run(std::int64_t submission_id, const event::Accepted& accepted) {
  database_
      .prepare(
          "insert into runs (submission_id, uid, user, name, plan, state, over, accepted_at) values (?, ?, "
          "?, ?, ?, 'queued', 0, ?)")
      .bind(submission_id)
      .bind(accepted.owner.uid)
      .bind(accepted.owner.name)
      .bind(accepted.manifest.name)
      .bind(accepted.plan)
      .bind(to_unix(accepted.at))
      .run();
  std::int64_t run_id = database_.last_insert_rowid();
  insert_run_event(run_id, accepted);
  return run_id;
}

void Ledger::append(const TrainingRun& run, const RunEvent& event) {
  in_transaction([&] {
    insert_run_event(run.id, event);
    database_.prepare("update runs set state = ?, over = ?, ended_at = ? where run_id = ?")
        .bind(to_string(shown_state(run, true)))
        .bind(is_over(run.state) ? 1 : 0)
        .bind(run.ended_at ? std::optional(to_unix(*run.ended_at)) : std::nullopt)
        .bind(run.id)
        .run();
    if (const auto* corrected = std::get_if<event::Corrected>(&event))
      correct(corrected->was, corrected->is, corrected->reason);
    if (Charge charge = charge_of(event); charge.segment != nullptr)
      insert_segment({.segment = *charge.segment,
                      .role = charge.role,
                      .run_id = run.id,
                      .user = run.owner.name,
                      .account = run.account,
                      .plan = run.plan,
                      .run_name = run.name,
                      .reason = charge.reason},
                     run.owner.uid);
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
                      .user = data_set.owner.name,
                      .reason = charge.reason},
                     data_set.owner.uid);
  });
}

void Ledger::insert_run_event(std::int64_t run_id, const RunEvent& event) {
  database_.prepare("insert into run_events (run_id, at, event, body) values (?, ?, ?, ?)")
      .bind(run_id)
      .bind(to_unix(time_of(event)))
      .bind(name_of(event))
      .bind(body_of(event).dump())
      .run();
  ++appended_;
}

void Ledger::insert_data_set_event(const std::string& digest, DataSetState after, const DataSetEvent& event) {
  database_
      .prepare(
          "insert into data_sets (digest, state) values (?, ?) on conflict (digest) do update set state = "
          "excluded.state")
      .bind(digest)
      .bind(to_string(after))
      .run();
  database_.prepare("insert into data_set_events (digest, at, event, body) values (?, ?, ?, ?)")
      .bind(digest)
      .bind(to_unix(time_of(event)))
      .bind(name_of(event))
      .bind(body_of(event).dump())
      .run();
  ++appended_;
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
