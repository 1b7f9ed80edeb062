// What the ledger reads back: runs and data sets from their events, lists.
#include "daemon/ledger/ledger.h"

namespace trainyard {
namespace {

RunEvent run_event_in(const Statement& row, int name, int at, int body) {
  return run_event(row.text(name), from_unix(row.integer(at)),
                   parse_json(row.text(body), "the ledger's run_events"));
}

// Rows of (run_id, event, at, body) ordered by run_id and seq.
std::vector<TrainingRun> fold_rows(Statement& rows) {
  std::vector<TrainingRun> runs;
  while (rows.step()) {
    std::int64_t run_id = rows.integer(0);
    if (runs.empty() || runs.back().id != run_id) {
      runs.emplace_back();
      runs.back().id = run_id;
    }
    apply_event(runs.back(), run_event_in(rows, 1, 2, 3));
  }
  return runs;
}

// All events of live runs. What `accepted` says besides the manifest is taken out of its body by SQLite.
constexpr const char* live_events =
    "select run_id, event, at, body, a ->> '$.owner.uid', a ->> '$.owner.gid', a ->> '$.owner.name', "
    "a ->> '$.plan', a ->> '$.dataset', a ->> '$.code', a ->> '$.manifest.name', "
    "coalesce(nullif(a ->> '$.account', ''), a ->> '$.manifest.resources.account'), a ->> "
    "'$.manifest.resources.nodes', "
    "a ->> '$.manifest.resources.gpus_per_node', a ->> '$.manifest.resources.gpus_in_all', "
    "a ->> '$.scratch.base', a ->> '$.scratch.path' "
    "from (select run_id, event, at, body, seq, iif(event = 'accepted', body, null) as a "
    "from runs join run_events using (run_id) where over = 0) order by run_id, seq";

// What apply_event() makes of event::Accepted.
TrainingRun accepted_run(const Statement& row) {
  TrainingRun run;
  run.id = row.integer(0);
  run.accepted_at = from_unix(row.integer(2));
  run.manifest = Lazy<Manifest>([body = row.text(3)] {
    return manifest_from_json(get<Json>(parse_json(body, "the ledger's run_events"), "manifest"));
  });
  run.owner = {static_cast<std::uint32_t>(row.integer(4)), static_cast<std::uint32_t>(row.integer(5)),
               row.text(6)};
  run.plan = row.text(7);
  run.dataset_digest = row.text(8);
  run.code_digest = row.text(9);
  run.name = row.text(10);
  run.account = row.text(11);
  Resources resources;
  resources.nodes = static_cast<int>(row.integer(12));
  resources.gpus_per_node = static_cast<int>(row.integer(13));
  resources.gpus_in_all = static_cast<int>(row.integer(14));
  run.gpus = resources.gpus();
  run.scratch = {row.text(15), row.text(16)};
  return run;
}

}  // namespace

// As fold_rows(), for a hundred thousand runs within a second: the manifests, most of what there is to read,
// stay text until somebody asks for one.
void Ledger::each_live_run(const std::function<void(TrainingRun)>& each) {
  Statement rows = database_.prepare(live_events);
  std::optional<TrainingRun> run;
  while (rows.step()) {
    if (rows.text(1) == "accepted") {
      if (run) each(std::move(*run));
      run = accepted_run(rows);
    } else {
      apply_event(run.value(), run_event_in(rows, 1, 2, 3));
    }
  }
  if (run) each(std::move(*run));
}

std::optional<TrainingRun> Ledger::find_run(std::int64_t run_id) {
  Statement rows =
      database_.prepare("select run_id, event, at, body from run_events where run_id = ? order by seq");
  rows.bind(run_id);
  std::vector<TrainingRun> found = fold_rows(rows);
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<std::pair<UtcSeconds, RunEvent>> Ledger::events_of(std::int64_t run_id) {
  std::vector<std::pair<UtcSeconds, RunEvent>> events;
  Statement rows = database_.prepare("select event, at, body from run_events where run_id = ? order by seq");
  rows.bind(run_id);
  while (rows.step()) events.emplace_back(from_unix(rows.integer(1)), run_event_in(rows, 0, 1, 2));
  return events;
}

std::vector<DataSet> Ledger::data_sets() {
  std::vector<DataSet> sets;
  Statement rows = database_.prepare(
      "select e.digest, e.event, e.at, e.body from data_sets s join data_set_events e using (digest) where "
      "s.state <> 'evicted' "
      "order by e.digest, e.seq");
  while (rows.step()) {
    std::string digest = rows.text(0);
    if (sets.empty() || sets.back().digest != digest) {
      sets.emplace_back();
      sets.back().digest = digest;
    }
    apply_event(sets.back(), data_set_event(rows.text(1), from_unix(rows.integer(2)),
                                            parse_json(rows.text(3), "the ledger's data_set_events")));
  }
  return sets;
}

std::optional<DataSet> Ledger::find_data_set(const std::string& digest) {
  std::vector<DataSetEvent> events;
  Statement rows =
      database_.prepare("select event, at, body from data_set_events where digest = ? order by seq");
  rows.bind(digest);
  while (rows.step())
    events.push_back(data_set_event(rows.text(0), from_unix(rows.integer(1)),
                                    parse_json(rows.text(2), "the ledger's data_set_events")));
  return events.empty() ? std::nullopt : std::optional(fold(digest, events));
}

std::optional<std::int64_t> Ledger::find_run_in_array(const ArrayPlace& place) {
  Statement row = database_.prepare(
      "select run_id from run_events where run_id >= ?1 and event = 'admitted' and body ->> '$.array.run' = "
      "?1 "
      "and body ->> '$.array.attempt' = ?2 and body ->> '$.array.task' = ?3 order by run_id limit 1");
  row.bind(place.first_run).bind(place.first_attempt).bind(place.task);
  return row.step() ? std::optional(row.integer(0)) : std::nullopt;
}

std::optional<DataSet> Ledger::find_data_set_by_prefix(const std::string& digest) {
  std::string whole;
  {
    Statement row =
        database_.prepare("select digest from data_sets where substr(digest, 1, length(?1)) = ?1");
    if (!row.bind(digest).step()) return std::nullopt;
    whole = row.text(0);
  }
  return find_data_set(whole);
}

// One statement for every filter: an unset one is null or empty, and lets all rows through.
Statement Ledger::select_runs(const RunFilter& filter) {
  Statement rows = database_.prepare(
      "select run_id, over from runs where run_id < ?1 and (?2 is null or uid = ?2) and (?3 = '' or user = "
      "?3) "
      "and (?4 = '' or name = ?4) "
      "and (?5 = '' or plan = ?5) and (?6 is null or submission_id = ?6) and (?7 is null or over = ?7) "
      "and (?8 is null or accepted_at >= ?8) order by run_id desc limit ?9");
  rows.bind(filter.before)
      .bind(filter.uid)
      .bind(filter.user)
      .bind(filter.name)
      .bind(filter.plan)
      .bind(filter.submission_id)
      .bind(filter.over ? std::optional<std::int64_t>(*filter.over) : std::nullopt)
      .bind(filter.since ? std::optional(to_unix(*filter.since)) : std::nullopt)
      .bind(filter.limit);
  return rows;
}

std::vector<std::int64_t> Ledger::list(const RunFilter& filter) {
  Statement rows = select_runs(filter);
  std::vector<std::int64_t> ids;
  while (rows.step()) ids.push_back(rows.integer(0));
  return ids;
}

std::vector<ListedRun> Ledger::list_with_ended(const RunFilter& filter) {
  Statement rows = select_runs(filter);
  std::vector<ListedRun> runs;
  while (rows.step()) {
    ListedRun& listed = runs.emplace_back();
    listed.id = rows.integer(0);
    if (rows.integer(1) != 0) listed.ended = find_run(listed.id);
  }
  return runs;
}

std::vector<TrainingRun> Ledger::ended_before(UtcSeconds time, int limit) {
  std::vector<std::int64_t> ids;
  {
    Statement rows = database_.prepare(
        "select run_id from runs where over = 1 and removed = 0 and ended_at < ? order by ended_at limit ?");
    rows.bind(to_unix(time)).bind(limit);
    while (rows.step()) ids.push_back(rows.integer(0));
  }
  std::vector<TrainingRun> runs;
  for (std::int64_t id : ids) runs.push_back(find_run(id).value());
  return runs;
}

}  // namespace trainyard
