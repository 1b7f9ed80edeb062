#include "daemon/ledger/segment_rows.h"

#include <fmt/format.h>

#include <array>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

constexpr std::array entry_kind_names{"entry", "reversal", "correction"};

std::vector<Period> suspensions_of(Database& database, std::int64_t segment_id) {
  std::vector<Period> suspensions;
  Statement rows =
      database.prepare("select since, until from suspensions where segment_id = ? order by since");
  rows.bind(segment_id);
  while (rows.step()) suspensions.push_back({from_unix(rows.integer(0)), from_unix(rows.integer(1))});
  return suspensions;
}

}  // namespace

const char* const select_segments =
    "select segment_id, kind, reason, written_at, closed_until, cluster, job_id, submitted_at, restart, "
    "role, run_id, run_name, user, account, plan, gpu_type, gpus, started_at, ended_at, source, "
    "coalesce(last_seen_at, (select l.last_seen_at from signs_of_life l where l.cluster = s.cluster and "
    "l.job_id = s.job_id and l.submitted_at = s.submitted_at and coalesce(l.array_task, -1) = "
    "coalesce(s.array_task, -1))), "
    "array_task, uid from segments s ";

const char* const is_in_force =
    "kind <> 'reversal' and not exists (select 1 from segments r where r.corrects = s.segment_id and r.kind "
    "= 'reversal') ";

std::string overlaps_period(bool of_user) {
  return fmt::format(
      "{}ended_at >= ?1 and ended_at < ?2 + (select coalesce(max(ended_at - started_at), 0) from segments) "
      "and started_at < ?2 and (ended_at > ?1 or started_at = ended_at)",
      of_user ? "uid = ?3 and " : "");
}

std::string is_booked_late(bool of_user) {
  return fmt::format("{}written_at >= ?1 and written_at < ?2 and started_at < closed_until",
                     of_user ? "uid = ?3 and " : "");
}

const char* to_string(EntryKind kind) { return entry_kind_names.at(static_cast<std::size_t>(kind)); }

EntryKind entry_kind_from(const std::string& name) {
  for (std::size_t i = 0; i < entry_kind_names.size(); ++i)
    if (name == entry_kind_names[i]) return static_cast<EntryKind>(i);
  throw Error(ErrorKind::invalid, "unknown kind of entry in the ledger: " + name);
}

ChargedSegment read_segment(Database& database, const Statement& row) {
  ChargedSegment charged;
  charged.id = row.integer(0);
  charged.kind = entry_kind_from(row.text(1));
  charged.reason = row.text(2);
  charged.written_at = from_unix(row.integer(3));
  charged.closed_until = from_unix(row.integer(4));
  charged.role = job_role_from(row.text(9));
  charged.run_id = row.integer_if_set(10);
  charged.run_name = row.text(11);
  charged.user = row.text(12);
  charged.account = row.text(13);
  charged.plan = row.text(14);
  charged.uid = static_cast<std::uint32_t>(row.integer(22));
  Segment& segment = charged.segment;
  segment.account = charged.account;
  segment.job = {row.text(5), static_cast<std::uint32_t>(row.integer(6)), from_unix(row.integer(7))};
  if (std::optional<std::int64_t> task = row.integer_if_set(21))
    segment.job.task = static_cast<std::uint32_t>(*task);
  segment.restart = static_cast<int>(row.integer(8));
  segment.gpu_type = row.text(15);
  segment.gpus = static_cast<int>(row.integer(16));
  segment.started_at = from_unix(row.integer(17));
  segment.ended_at = from_unix(row.integer(18));
  segment.source = segment_source_from(row.text(19));
  if (std::optional<std::int64_t> seen = row.integer_if_set(20)) segment.last_seen_at = from_unix(*seen);
  segment.suspended = suspensions_of(database, charged.id);
  return charged;
}

std::vector<ChargedSegment> read_segments(Database& database, Statement& rows) {
  std::vector<ChargedSegment> found;
  while (rows.step()) found.push_back(read_segment(database, rows));
  return found;
}

}  // namespace trainyard
