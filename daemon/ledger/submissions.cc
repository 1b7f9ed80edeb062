// The functions of the ledger for submissions: what a client sent in one, and the runs that were made from
// it.
#include <fmt/format.h>

#include "daemon/ledger/ledger.h"

namespace trainyard {

std::optional<SubmittedRuns> Ledger::find_submission(std::uint32_t uid, const std::string& client_id) {
  SubmittedRuns found;
  {
    Statement read = database_.prepare(
        "select submission_id, contents from submissions where uid = ? and client_id = ? and accepted = 1");
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
      "(submission_id) where run_id = ? and accepted = 1");
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
    UnfinishedSubmission unfinished = begin_submission(submission, runs.size());
    accepted.submission_id = unfinished.submission_id;
    for (const event::Accepted& event : runs) {
      TrainingRun run;
      run.id = unfinished.first_run_id + std::ssize(accepted.run_ids);
      apply_event(run, event);
      add_run(unfinished, run, body_of(RunEvent(event)).dump());
      accepted.run_ids.push_back(run.id);
    }
    finish_submission(unfinished, data_sets);
  });
  return accepted;
}

UnfinishedSubmission Ledger::begin_submission(const Submission& submission, std::size_t runs) {
  UnfinishedSubmission unfinished;
  in_transaction([&] {
    database_
        .prepare(
            "insert into submissions (uid, client_id, file, text, contents, submitted_at, accepted) "
            "values (?, ?, ?, ?, ?, ?, 0)")
        .bind(submission.uid)
        .bind(submission.client_id)
        .bind(submission.file)
        .bind(submission.text)
        .bind(submission.contents)
        .bind(to_unix(now()))
        .run();
    unfinished = {database_.last_insert_rowid(), reserve_run_ids(static_cast<std::int64_t>(runs))};
  });
  return unfinished;
}

// Reserves `count` run ids and returns the first of them. SQLite keeps the last id of a table with
// autoincrement in sqlite_sequence, once the table has had a row.
std::int64_t Ledger::reserve_run_ids(std::int64_t count) {
  Statement reserve = database_.prepare(
      "update sqlite_sequence set seq = seq + ?1 where name = 'runs' returning seq - ?1 + 1");
  if (reserve.bind(count).step()) return reserve.integer(0);
  database_.prepare("insert into sqlite_sequence (name, seq) values ('runs', ?)").bind(count).run();
  return 1;
}

void Ledger::add_run(const UnfinishedSubmission& submission, const TrainingRun& run,
                     const std::string& accepted) {
  in_transaction([&] {
    database_
        .prepare(
            "insert into runs (run_id, submission_id, uid, user, name, plan, state, over, accepted_at) "
            "values (?, ?, ?, ?, ?, ?, 'queued', 0, ?)")
        .bind(run.id)
        .bind(submission.submission_id)
        .bind(run.owner.uid)
        .bind(run.owner.name)
        .bind(run.name)
        .bind(run.plan)
        .bind(to_unix(run.accepted_at))
        .run();
    insert_run_event(run.id, run.accepted_at, "accepted", accepted);
  });
}

void Ledger::finish_submission(const UnfinishedSubmission& submission,
                               const std::map<std::string, event::Wanted>& data_sets,
                               const SubmissionUses& uses) {
  in_transaction([&] {
    database_.prepare("update submissions set accepted = 1 where submission_id = ?")
        .bind(submission.submission_id)
        .run();
    for (const auto& [digest, wanted] : data_sets)
      insert_data_set_event(digest, DataSetState::wanted, wanted);
    enter_uses(uses);
  });
}

bool Ledger::remove_runs(const UnfinishedSubmission& submission, int most) {
  bool is_gone = false;
  in_transaction([&] {
    constexpr const char* some = "select run_id from runs where submission_id = ?1 order by run_id limit ?2";
    for (const char* table : {"run_events", "runs"})
      database_.prepare(fmt::format("delete from {} where run_id in ({})", table, some))
          .bind(submission.submission_id)
          .bind(most)
          .run();
    Statement rest = database_.prepare("select 1 from runs where submission_id = ? limit 1");
    is_gone = !rest.bind(submission.submission_id).step();
    if (is_gone)
      database_.prepare("delete from submissions where submission_id = ? and accepted = 0")
          .bind(submission.submission_id)
          .run();
  });
  return is_gone;
}

// Removes submissions that an earlier daemon was still writing when it ended.
void Ledger::remove_unfinished_submissions() {
  std::vector<std::int64_t> unfinished;
  {
    Statement rows = database_.prepare("select submission_id from submissions where accepted = 0");
    while (rows.step()) unfinished.push_back(rows.integer(0));
  }
  for (std::int64_t id : unfinished)
    while (!remove_runs({.submission_id = id}, 1000)) {
    }
}

}  // namespace trainyard
