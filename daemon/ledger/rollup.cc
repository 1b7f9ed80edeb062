#include "daemon/ledger/rollup.h"

#include <fmt/format.h>

#include "daemon/ledger/segment_rows.h"

namespace trainyard {
namespace {

// Returns true if both segments are of the same run, or of the same job that belongs to no run.
bool is_same_run(const ChargedSegment& a, const ChargedSegment& b) {
  return a.run_id == b.run_id && (a.run_id || a.segment.job == b.segment.job);
}

// The ends of two statements that together read all segments: first those of runs, then those of jobs that
// belong to no run. The order puts the segments of one run, or of one such job, next to each other.
constexpr const char* in_order_of_runs[] = {
    "where run_id is not null order by run_id, segment_id",
    "where run_id is null order by cluster, job_id, submitted_at, array_task, segment_id"};

// Conditions for the segments of the same run, or of the same job, as the segment ?1.
constexpr const char* of_same_run = "where run_id = (select run_id from segments where segment_id = ?1) ";
constexpr const char* of_same_job =
    "where run_id is null and (cluster, job_id, submitted_at, coalesce(array_task, -1)) = (select cluster, "
    "job_id, submitted_at, coalesce(array_task, -1) from segments where segment_id = ?1) ";

}  // namespace

std::optional<std::string> Rollup::zone() const {
  Statement read = database_.prepare("select value from settings where name = 'rollup_zone'");
  return read.step() ? std::optional(read.text(0)) : std::nullopt;
}

// ---- writing

void Rollup::make(const std::string& zone) {
  MonthCalendar calendar(zone);
  Usage usage;
  std::vector<ChargedSegment> run;
  auto add_run = [&] {
    std::optional<RunUsage> added = usage_of_run(run, calendar);
    if (added)
      for (const auto& [key, amounts] : added->usage) usage[key] += amounts;
    set_span(run, added);
    run.clear();
  };
  database_.execute("delete from usage_rollup; delete from spanning_segments");
  for (const char* order : in_order_of_runs) {
    Statement rows = database_.prepare(std::string(select_segments) + order);
    while (rows.step()) {
      ChargedSegment charged = read_segment(database_, rows);
      if (!run.empty() && !is_same_run(run.front(), charged)) add_run();
      run.push_back(std::move(charged));
    }
  }
  if (!run.empty()) add_run();
  change_usage(usage);
  database_
      .prepare(
          "insert into settings (name, value) values ('rollup_zone', ?) on conflict (name) do update set "
          "value = excluded.value")
      .bind(zone)
      .run();
}

void Rollup::add(std::int64_t segment_id) {
  std::optional<std::string> zone = this->zone();
  if (!zone) return;
  std::vector<ChargedSegment> run = segments_of_run_with(segment_id);
  if (is_left_out(run.front().id)) return set_span(segment_id, std::nullopt);
  MonthCalendar calendar(*zone);
  std::optional<RunUsage> after = usage_of_run(run, calendar);
  set_span(run, after);
  Usage change = after ? std::move(after->usage) : Usage();
  std::erase_if(run, [&](const ChargedSegment& charged) { return charged.id == segment_id; });
  if (!run.empty()) {
    const RunUsage before = usage_of_run(run, calendar).value();
    for (const auto& [key, amounts] : before.usage) change[key] -= amounts;
  }
  change_usage(change);
}

// Returns all segments of the run, or of the job without a run, that has this segment, in the order of their
// ids; at most one more than most_segments_rolled_up, so that usage_of_run() sees that there are too many.
std::vector<ChargedSegment> Rollup::segments_of_run_with(std::int64_t segment_id) const {
  Statement run = database_.prepare("select run_id from segments where segment_id = ?");
  run.bind(segment_id).step();
  Statement rows =
      database_.prepare(std::string(select_segments) + (run.is_null(0) ? of_same_job : of_same_run) +
                        "order by segment_id limit ?2");
  rows.bind(segment_id).bind(static_cast<std::int64_t>(most_segments_rolled_up + 1));
  return read_segments(database_, rows);
}

bool Rollup::is_left_out(std::int64_t segment_id) const {
  return database_.prepare("select 1 from spanning_segments where segment_id = ? and first_month is null")
      .bind(segment_id)
      .step();
}

void Rollup::set_span(const std::vector<ChargedSegment>& run, const std::optional<RunUsage>& usage) {
  if (usage && usage->span.first == usage->span.last && !usage->has_late) return;
  for (const ChargedSegment& charged : run)
    set_span(charged.id, usage ? std::optional(usage->span) : std::nullopt);
}

void Rollup::set_span(std::int64_t segment_id, const std::optional<MonthSpan>& span) {
  database_
      .prepare(
          "insert or replace into spanning_segments (segment_id, first_month, last_month) values (?, ?, ?)")
      .bind(segment_id)
      .bind(span ? std::optional(span->first) : std::nullopt)
      .bind(span ? std::optional(span->last) : std::nullopt)
      .run();
}

void Rollup::change_usage(const Usage& change) {
  for (const auto& [key, amounts] : change) {
    if (amounts == UsageAmounts()) continue;
    database_
        .prepare(
            "insert into usage_rollup (first_month, last_month, uid, user, account, plan, by_month, month, "
            "by_gpu, gpu, runs, jobs, gpu_seconds, suspended_gpu_seconds, late_gpu_seconds) "
            "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "on conflict do update set runs = runs + excluded.runs, jobs = jobs + excluded.jobs, "
            "gpu_seconds = gpu_seconds + excluded.gpu_seconds, "
            "suspended_gpu_seconds = suspended_gpu_seconds + excluded.suspended_gpu_seconds, "
            "late_gpu_seconds = late_gpu_seconds + excluded.late_gpu_seconds")
        .bind(key.span.first)
        .bind(key.span.last)
        .bind(key.uid)
        .bind(key.user)
        .bind(key.account)
        .bind(key.plan)
        .bind(key.month ? 1 : 0)
        .bind(key.month.value_or(""))
        .bind(key.gpu ? 1 : 0)
        .bind(key.gpu.value_or(""))
        .bind(amounts.runs)
        .bind(amounts.jobs)
        .bind(amounts.gpu_seconds)
        .bind(amounts.suspended_gpu_seconds)
        .bind(amounts.late_gpu_seconds)
        .run();
    if (amounts.jobs < 0)
      database_
          .prepare(
              "delete from usage_rollup where first_month = ? and last_month = ? and uid = ? and jobs = 0")
          .bind(key.span.first)
          .bind(key.span.last)
          .bind(key.uid)
          .run();
  }
}

// ---- reading

Usage Rollup::usage(const MonthRange& months, bool by_month, bool by_gpu,
                    std::optional<std::uint32_t> uid) const {
  Usage usage;
  Statement rows = database_.prepare(
      "select first_month, last_month, uid, user, account, plan, by_month, month, by_gpu, gpu, "
      "runs, jobs, gpu_seconds, suspended_gpu_seconds, late_gpu_seconds "
      "from usage_rollup where first_month >= ?1 and first_month < ?2 and last_month < ?2 "
      "and ((by_month = 0 and by_gpu = 0) or (by_month = ?3 and by_gpu = ?4)) and (?5 is null or uid = ?5) "
      "order by first_month, last_month, uid, user, account, plan, by_month, month, by_gpu, gpu");
  rows.bind(months.first).bind(months.end).bind(by_month ? 1 : 0).bind(by_gpu ? 1 : 0).bind(uid);
  while (rows.step()) {
    UsageKey key{{rows.text(0), rows.text(1)},
                 static_cast<std::uint32_t>(rows.integer(2)),
                 rows.text(3),
                 rows.text(4),
                 rows.text(5)};
    if (rows.integer(6) != 0) key.month = rows.text(7);
    if (rows.integer(8) != 0) key.gpu = rows.text(9);
    usage.emplace_hint(usage.end(), std::move(key),
                       UsageAmounts{rows.integer(10), rows.integer(11), rows.integer(12), rows.integer(13),
                                    rows.integer(14)});
  }
  return usage;
}

std::vector<ChargedSegment> Rollup::spanning_segments(const MonthSpan& touched, const MonthRange& except,
                                                      std::optional<std::uint32_t> uid) const {
  Statement rows = database_.prepare(
      std::string(select_segments) +
      "where segment_id in (select segment_id from spanning_segments where first_month is null "
      "or (last_month >= ?1 and first_month <= ?2 and (first_month < ?3 or last_month >= ?4))) "
      "and (?5 is null or uid = ?5)");
  rows.bind(touched.first).bind(touched.last).bind(except.first).bind(except.end).bind(uid);
  return read_segments(database_, rows);
}

std::vector<ChargedSegment> Rollup::segments_in_one_month(const Period& period,
                                                          std::optional<std::uint32_t> uid) const {
  Statement rows = database_.prepare(
      fmt::format("{}where {} and segment_id not in (select segment_id from spanning_segments)",
                  select_segments, overlaps_period(uid.has_value())));
  rows.bind(to_unix(period.since)).bind(to_unix(period.until));
  if (uid) rows.bind(*uid);
  return read_segments(database_, rows);
}

UtcSeconds Rollup::last_booking() const {
  Statement read = database_.prepare(
      "select max(coalesce((select max(ended_at) from segments), 0), "
      "coalesce((select max(written_at) from segments where started_at < closed_until), 0))");
  read.step();
  return from_unix(read.integer(0));
}

}  // namespace trainyard
