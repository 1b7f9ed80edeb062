// Functions of the ledger that make runs and data sets from their events, and lists of runs.
#include "daemon/base/json_fields.h"
#include "daemon/base/similar_text.h"
#include "daemon/ledger/ledger.h"

namespace trainyard {
namespace {

RunEvent run_event_in(const Statement& row, int name, int at, int body) {
  return run_event(row.text(name), from_unix(row.integer(at)),
                   parse_json(row.text(body), "the ledger's run_events"));
}

// Makes runs from rows of (run_id, event, at, body) that are ordered by run_id and seq.
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

// The end of a statement that reads the events of the run ?. It finds none while the run's submission is
// unfinished.
constexpr const char* events_of_run =
    "from run_events join runs using (run_id) join submissions using (submission_id) where run_id = ? and "
    "accepted = 1 order by seq";

// Parses the events of live runs. A run in a long queue has two events, accepted and waiting. This class
// parses both many times faster than run_event() does.
class LiveRunEvents {
 public:
  // Makes the same run from an Accepted event as apply_event() does.
  TrainingRun accepted_run(std::int64_t id, UtcSeconds at, std::string_view text) {
    body_.read(text, "the ledger's run_events");
    TrainingRun run;
    run.id = id;
    run.accepted_at = at;
    run.manifest = Lazy<Manifest>([body = texts_.keep(text)] {
      return manifest_from_json(get<Json>(parse_json(body.whole(), "the ledger's run_events"), "manifest"));
    });
    run.owner = {static_cast<std::uint32_t>(body_.integer("/owner/uid")),
                 static_cast<std::uint32_t>(body_.integer("/owner/gid")), body_.text("/owner/name")};
    run.plan = body_.text("/plan");
    run.dataset_digest = body_.text("/dataset");
    run.code_digest = body_.text("/code");
    run.name = body_.text("/manifest/name");
    run.account = body_.text("/account");
    if (run.account.empty()) run.account = body_.text("/manifest/resources/account");
    run.gpus = asked_resources().gpus();
    run.scratch = {body_.text("/scratch/base"), body_.text("/scratch/path")};
    return run;
  }

  // Parses an event of a run other than its Accepted event.
  RunEvent later_event(const std::string& name, UtcSeconds at, std::string_view text) {
    if (name != "waiting") return run_event(name, at, parse_json(text, "the ledger's run_events"));
    body_.read(text, "the ledger's run_events");
    return event::Waiting{at, {body_.text("/for"), body_.text("/words")}};
  }

 private:
  Resources asked_resources() const {
    Resources resources;
    resources.nodes = static_cast<int>(body_.integer("/manifest/resources/nodes"));
    resources.gpus_per_node = static_cast<int>(body_.integer("/manifest/resources/gpus_per_node"));
    resources.gpus_in_all = static_cast<int>(body_.integer("/manifest/resources/gpus_in_all"));
    return resources;
  }

  JsonFields body_;
  SimilarTexts texts_;
};

}  // namespace

// Does the same as fold_rows(), but reads a hundred thousand runs within a second: manifests, which are most
// of the data, stay text until their first use (Lazy).
void Ledger::each_live_run(const std::function<void(TrainingRun)>& each) {
  Statement rows = database_.prepare(
      "select run_id, event, at, body from runs join run_events using (run_id) where over = 0 "
      "order by run_id, seq");
  LiveRunEvents events;
  std::optional<TrainingRun> run;
  while (rows.step()) {
    const std::string name = rows.text(1);
    const UtcSeconds at = from_unix(rows.integer(2));
    if (name == "accepted") {
      if (run) each(std::move(*run));
      run = events.accepted_run(rows.integer(0), at, rows.text(3));
    } else {
      apply_event(run.value(), events.later_event(name, at, rows.text(3)));
    }
  }
  if (run) each(std::move(*run));
}

std::optional<TrainingRun> Ledger::find_run(std::int64_t run_id) {
  Statement rows = database_.prepare(std::string("select run_id, event, at, body ") + events_of_run);
  rows.bind(run_id);
  std::vector<TrainingRun> found = fold_rows(rows);
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<std::pair<UtcSeconds, RunEvent>> Ledger::events_of(std::int64_t run_id) {
  std::vector<std::pair<UtcSeconds, RunEvent>> events;
  Statement rows = database_.prepare(std::string("select event, at, body ") + events_of_run);
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

// The statement has only the conditions that are set, so that SQLite can choose an index by them. For
// `since`: if fewer than 5000 runs were accepted since then, SQLite does not read the runs before the first
// of them. If there are more, the list is soon full.
Statement Ledger::select_runs(const RunFilter& filter) {
  std::string conditions =
      "run_id < ?1 and submission_id not in (select submission_id from submissions where accepted = 0)";
  if (filter.uid) conditions += " and uid = ?2";
  if (!filter.user.empty()) conditions += " and user = ?3";
  if (!filter.name.empty()) conditions += " and name = ?4";
  if (!filter.plan.empty()) conditions += " and plan = ?5";
  if (filter.submission_id) conditions += " and submission_id = ?6";
  if (filter.over) conditions += *filter.over ? " and over = 1" : " and over = 0";
  if (filter.since)
    conditions +=
        " and accepted_at >= ?7 and run_id >= (select iif(count(*) < 5000, min(run_id), 0) "
        "from (select run_id from runs where accepted_at >= ?7 limit 5000))";
  Statement rows = database_.prepare("select run_id, over from runs where " + conditions +
                                     " order by run_id desc limit ?8");
  rows.bind(filter.before)
      .bind(filter.uid)
      .bind(filter.user)
      .bind(filter.name)
      .bind(filter.plan)
      .bind(filter.submission_id)
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

std::vector<EndedRun> Ledger::ended_before(UtcSeconds time, int limit, const RunEnd& after) {
  std::vector<RunEnd> ends;
  {
    Statement rows = database_.prepare(
        "select ended_at, run_id from runs where over = 1 and removed = 0 and ended_at < ? and (ended_at, "
        "run_id) > "
        "(?, ?) "
        "order by ended_at, run_id limit ?");
    rows.bind(to_unix(time)).bind(to_unix(after.ended_at)).bind(after.run_id).bind(limit);
    while (rows.step()) ends.push_back({from_unix(rows.integer(0)), rows.integer(1)});
  }
  std::vector<EndedRun> runs;
  for (const RunEnd& end : ends) runs.push_back({end, find_run(end.run_id).value()});
  return runs;
}

}  // namespace trainyard
