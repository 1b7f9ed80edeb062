// The functions of the ledger for its account: segments, their corrections and closed months.
#include <fmt/format.h>

#include "daemon/base/error.h"
#include "daemon/ledger/ledger.h"
#include "daemon/ledger/segment_rows.h"

namespace trainyard {
namespace {

std::optional<std::int64_t> task_column(const JobKey& job) {
  return job.task ? std::optional<std::int64_t>(*job.task) : std::nullopt;
}

std::optional<std::int64_t> unix_if_set(const std::optional<UtcSeconds>& time) {
  return time ? std::optional(to_unix(*time)) : std::nullopt;
}

}  // namespace

// Enters the segment unless its job and restart have an entry already, because a step that is performed again
// after a crash must not charge the job twice.
void Ledger::insert_segment(const ChargedSegment& charged) {
  const Segment& segment = charged.segment;
  std::optional<std::int64_t> segment_id;
  {
    Statement insert = database_.prepare(
        "insert into segments (kind, reason, written_at, closed_until, cluster, job_id, submitted_at, "
        "array_task, restart, role, run_id, run_name, uid, user, account, plan, gpu_type, gpus, started_at, "
        "ended_at, source, last_seen_at) "
        "values ('entry', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "on conflict do nothing returning segment_id");
    insert.bind(charged.reason)
        .bind(to_unix(now()))
        .bind(to_unix(closed_until()))
        .bind(segment.job.cluster)
        .bind(segment.job.job_id)
        .bind(to_unix(segment.job.submitted_at))
        .bind(task_column(segment.job))
        .bind(segment.restart)
        .bind(to_string(charged.role))
        .bind(charged.run_id)
        .bind(charged.run_name)
        .bind(charged.uid)
        .bind(charged.user)
        .bind(segment.account.empty() ? charged.account : segment.account)
        .bind(charged.plan)
        .bind(segment.gpu_type)
        .bind(segment.gpus)
        .bind(to_unix(segment.started_at))
        .bind(to_unix(segment.ended_at))
        .bind(to_string(segment.source))
        .bind(unix_if_set(segment.last_seen_at));
    if (insert.step()) segment_id = insert.integer(0);
  }
  if (!segment_id) return;
  insert_suspensions(*segment_id, segment.suspended);
  rollup_.add(*segment_id);
}

// Enters the time at which the agent of the job last gave a sign of life, unless there is one already: a step
// that is performed again after a crash reports it again.
void Ledger::insert_sign_of_life(const JobKey& job, UtcSeconds last_seen_at) {
  database_
      .prepare(
          "insert into signs_of_life (cluster, job_id, submitted_at, array_task, last_seen_at) "
          "values (?, ?, ?, ?, ?) on conflict do nothing")
      .bind(job.cluster)
      .bind(job.job_id)
      .bind(to_unix(job.submitted_at))
      .bind(task_column(job))
      .bind(to_unix(last_seen_at))
      .run();
}

void Ledger::insert_suspensions(std::int64_t segment_id, const std::vector<Period>& suspensions) {
  for (const Period& suspension : suspensions)
    database_.prepare("insert into suspensions (segment_id, since, until) values (?, ?, ?)")
        .bind(segment_id)
        .bind(to_unix(suspension.since))
        .bind(to_unix(suspension.until))
        .run();
}

std::vector<ChargedSegment> Ledger::segments(UtcSeconds since, UtcSeconds until,
                                             std::optional<std::uint32_t> uid) {
  Statement rows = database_.prepare(
      fmt::format("{}where segment_id in (select segment_id from segments where {} union all "
                  "select segment_id from segments where {}) "
                  "order by started_at, cluster, job_id, array_task, restart, segment_id",
                  select_segments, overlaps_period(uid.has_value()), is_booked_late(uid.has_value())));
  rows.bind(to_unix(since)).bind(to_unix(until));
  if (uid) rows.bind(*uid);
  return read_segments(database_, rows);
}

std::vector<ChargedSegment> Ledger::segments_in_force(UtcSeconds since) {
  Statement rows = database_.prepare(std::string(select_segments) + "where ended_at >= ? and " + is_in_force +
                                     "order by started_at, cluster, job_id, array_task, restart");
  rows.bind(to_unix(since));
  return read_segments(database_, rows);
}

// Enters a row of the given kind that corrects the row `segment_id`. The new row is charged to the same user,
// and to the account in `segment` or, if that is empty, to the same account.
void Ledger::enter_again(EntryKind kind, std::int64_t segment_id, const Segment& segment,
                         const std::string& reason) {
  Statement insert = database_.prepare(
      "insert into segments (kind, corrects, reason, written_at, closed_until, cluster, job_id, "
      "submitted_at, "
      "array_task, restart, role, run_id, run_name, uid, user, account, plan, gpu_type, gpus, started_at, "
      "ended_at, source, last_seen_at) "
      "select ?, segment_id, ?, ?, ?, cluster, job_id, submitted_at, array_task, restart, role, run_id, "
      "run_name, uid, user, iif(? = '', account, ?), plan, ?, ?, ?, ?, ?, ? from segments where segment_id = "
      "? returning "
      "segment_id");
  insert.bind(to_string(kind))
      .bind(reason)
      .bind(to_unix(now()))
      .bind(to_unix(closed_until()))
      .bind(segment.account)
      .bind(segment.account)
      .bind(segment.gpu_type)
      .bind(segment.gpus)
      .bind(to_unix(segment.started_at))
      .bind(to_unix(segment.ended_at))
      .bind(to_string(segment.source))
      .bind(unix_if_set(segment.last_seen_at))
      .bind(segment_id);
  insert.step();
  std::int64_t entered = insert.integer(0);
  insert_suspensions(entered, segment.suspended);
  rollup_.add(entered);
}

std::optional<std::int64_t> Ledger::id_in_force(const Segment& segment) {
  Statement rows =
      database_.prepare(std::string(select_segments) +
                        "where cluster = ? and job_id = ? and submitted_at = ? and array_task is ? "
                        "and restart = ? and " +
                        is_in_force);
  rows.bind(segment.job.cluster)
      .bind(segment.job.job_id)
      .bind(to_unix(segment.job.submitted_at))
      .bind(task_column(segment.job))
      .bind(segment.restart);
  std::vector<ChargedSegment> found = read_segments(database_, rows);
  if (found.size() != 1) return std::nullopt;
  // If the segment names no account, the row has the run's account. The sign of life can be newer than the
  // segment.
  Segment expected = segment;
  expected.last_seen_at = found[0].segment.last_seen_at;
  if (expected.account.empty()) expected.account = found[0].account;
  return found[0].segment == expected ? std::optional(found[0].id) : std::nullopt;
}

// array_task is compared as in the unique index segments_once, so that the index is used.
bool Ledger::has_segment(const JobKey& job, int restart) {
  Statement row = database_.prepare(
      "select 1 from segments where kind = 'entry' and cluster = ? and job_id = ? and submitted_at = ? "
      "and coalesce(array_task, -1) = coalesce(?, -1) and restart = ?");
  return row.bind(job.cluster)
      .bind(job.job_id)
      .bind(to_unix(job.submitted_at))
      .bind(task_column(job))
      .bind(restart)
      .step();
}

void Ledger::correct(const Segment& was, const std::optional<Segment>& is, const std::string& reason) {
  in_transaction([&] {
    std::optional<std::int64_t> wrong = id_in_force(was);
    if (!wrong)
      throw Error(ErrorKind::invalid,
                  fmt::format("what job {} is charged was corrected meanwhile", to_string(was.job)));
    enter_again(EntryKind::reversal, *wrong, was, reason);
    if (is) enter_again(EntryKind::correction, *wrong, *is, reason);
  });
}

void Ledger::make_rollup(const std::string& zone) {
  in_transaction([&] { rollup_.make(zone); });
}

UtcSeconds Ledger::closed_until() {
  Statement read = database_.prepare("select coalesce(max(until), 0) from closed_months");
  read.step();
  return from_unix(read.integer(0));
}

ClosedMonth Ledger::close_month(const std::string& month, const std::string& zone, const std::string& by) {
  ClosedMonth closed{month, zone, month_bounds(month, zone), now(), by};
  if (closed.closed_at < closed.period.until)
    throw Error(ErrorKind::invalid,
                fmt::format("{} is not over: it ends at {}", month, format_local(closed.period.until, zone)));
  if (UtcSeconds until = closed_until(); closed.period.since < until)
    throw Error(ErrorKind::invalid,
                fmt::format("{} is closed: everything before {} is", month, format_local(until, zone)));
  database_
      .prepare(
          "insert into closed_months (month, zone, since, until, closed_at, closed_by) values (?, ?, ?, ?, "
          "?, ?)")
      .bind(month)
      .bind(zone)
      .bind(to_unix(closed.period.since))
      .bind(to_unix(closed.period.until))
      .bind(to_unix(closed.closed_at))
      .bind(by)
      .run();
  return closed;
}

std::vector<ClosedMonth> Ledger::closed_months() {
  std::vector<ClosedMonth> months;
  Statement rows = database_.prepare(
      "select month, zone, since, until, closed_at, closed_by from closed_months order by until");
  while (rows.step())
    months.push_back({rows.text(0),
                      rows.text(1),
                      {from_unix(rows.integer(2)), from_unix(rows.integer(3))},
                      from_unix(rows.integer(4)),
                      rows.text(5)});
  return months;
}

}  // namespace trainyard
