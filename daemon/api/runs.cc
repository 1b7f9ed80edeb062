#include <algorithm>

#include "daemon/api/handlers.h"
#include "daemon/api/request_values.h"
#include "daemon/api/wire.h"
#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

constexpr int most_runs_in_a_page = 1000;
constexpr int runs_read_at_a_time = 250;
// Limits how many runs one request for a list examines, because few of them may be in a rare state. A page
// that reaches the limit has fewer runs; its `next` tells the client where to go on.
constexpr int most_runs_looked_at = 5000;

ShownRun shown(const Api& api, const TrainingRun& run) {
  return {run, api.driver.shown_state(run), api.driver.waits().waiting_for(run).words,
          api.driver.waits().expected_start(run)};
}

// Returns the states that the query asks for; empty: all.
std::vector<ShownState> states_of(const Query& query) {
  std::vector<ShownState> states;
  for (const std::string& name : list_parameter(query, "state")) {
    if (name != "live") {
      states.push_back(shown_state_from(name));
      continue;
    }
    for (ShownState state : {ShownState::queued, ShownState::staging, ShownState::pending,
                             ShownState::running, ShownState::storing})
      states.push_back(state);
  }
  return states;
}

bool is_over(ShownState state) {
  return state == ShownState::completed || state == ShownState::failed || state == ShownState::cancelled;
}

// Returns true if runs in any of these states are over, false if none are, nullopt if some are, or if
// `states` is empty. With true or false the ledger need not read the other runs.
std::optional<bool> all_over(const std::vector<ShownState>& states) {
  auto over = std::count_if(states.begin(), states.end(), [](ShownState state) { return is_over(state); });
  if (states.empty() || (over > 0 && over < std::ssize(states))) return std::nullopt;
  return over > 0;
}

// Restricts the filter to the caller's own runs, except for operators and admins.
void restrict_to_visible(RunFilter& filter, const Caller& caller) {
  if (sees_all(caller)) return;
  if (!filter.user.empty() && filter.user != caller.owner.name)
    throw Error(ErrorKind::denied, "only operators see the runs of " + filter.user +
                                       ": ask an admin to name you in [daemon] operators");
  filter.uid = caller.owner.uid;
}

RunFilter filter_of(const Api& api, const RouteCall& call) {
  const Query& query = call.head.query;
  RunFilter filter;
  filter.user = text_parameter(query, "user");
  filter.name = text_parameter(query, "name");
  filter.plan = text_parameter(query, "plan");
  filter.since = time_parameter(query, "since", api.settings.time_zone);
  filter.before = integer_parameter(query, "before", INT64_MAX, 1, INT64_MAX);
  restrict_to_visible(filter, call.caller);
  return filter;
}

// A run with the values that only the loop knows: its shown state, why it waits, its expected start.
struct Row {
  TrainingRun run;
  ShownState state;
  std::string waiting;
  std::optional<UtcSeconds> expected_start;
};

// The state of one request for a list of runs. Runs that are over are read from the ledger in a lane, not on
// the loop, a part at a time.
struct Listing {
  Api& api;
  Responder responder;
  std::string lane;
  RunFilter filter;                // for the runs still to be read
  std::vector<ShownState> states;  // empty: all
  std::size_t limit;
  RunFields fields;
  int looked_at = 0;
  std::vector<Row> rows{};
  std::optional<std::int64_t> next{};  // runs with lower ids have not been examined
};

bool wants(const Listing& listing, ShownState state) {
  return listing.states.empty() ||
         std::find(listing.states.begin(), listing.states.end(), state) != listing.states.end();
}

// Adds the runs of `part` that are in a wanted state to the page; `part` are the runs that were read from the
// ledger last. Returns true if the page is complete. On the loop.
bool take(Listing& listing, std::vector<ListedRun> part) {
  const Driver& driver = listing.api.driver;
  for (ListedRun& listed : part) {
    if (listing.rows.size() == listing.limit) {
      listing.next = listing.filter.before;
      return true;
    }
    listing.filter.before = listed.id;
    TrainingRun run = listed.ended ? std::move(*listed.ended) : driver.find_run(listed.id).value();
    ShownState state = driver.shown_state(run);
    if (!wants(listing, state)) continue;
    std::string waiting = driver.waits().waiting_for(run).words;
    std::optional<UtcSeconds> expected_start = driver.waits().expected_start(run);
    listing.rows.push_back({std::move(run), state, std::move(waiting), expected_start});
  }
  if (std::ssize(part) < listing.filter.limit) return true;
  listing.looked_at += listing.filter.limit;
  if (listing.looked_at < most_runs_looked_at) return false;
  listing.next = listing.filter.before;
  return true;
}

Response answer_of(const Listing& listing) {
  Json answer = {{"runs", Json::array()}, {"next", listing.next ? Json(*listing.next) : Json()}};
  for (const Row& row : listing.rows)
    answer["runs"].push_back(to_wire({row.run, row.state, row.waiting, row.expected_start}, listing.fields));
  return json_response(answer);
}

void answer(const std::shared_ptr<Listing>& listing) {
  listing->api.lanes.run(
      listing->lane, [listing] { return answer_of(*listing); },
      [listing](Response response) { listing->responder.send(std::move(response)); },
      [listing](const std::exception_ptr& error) { listing->responder.fail(error); });
}

void read_on(const std::shared_ptr<Listing>& listing) {
  listing->api.lanes.run(
      listing->lane,
      [path = listing->api.ledger.path(), filter = listing->filter] {
        return Ledger::open_to_read(path)->list_with_ended(filter);
      },
      [listing](std::vector<ListedRun> part) {
        if (take(*listing, std::move(part)))
          answer(listing);
        else
          read_on(listing);
      },
      [listing](const std::exception_ptr& error) { listing->responder.fail(error); });
}

}  // namespace

TrainingRun run_named(const Api& api, const RouteCall& call) {
  const std::string& text = call.parameter;
  const auto id = whole_number<std::int64_t>(text, 1);
  if (!id) throw Error(ErrorKind::invalid, "\"" + text + "\" is not the number of a run; write it as 42");
  std::optional<TrainingRun> run = api.driver.find_run(*id);
  if (!run || !may_see(call.caller, *run))
    throw Error(ErrorKind::not_found, "no run " + text + (sees_all(call.caller) ? "" : " of yours") +
                                          "; trainyard list shows those there are");
  return *run;
}

std::string reading_lane(const Caller& caller) { return std::to_string(caller.owner.uid) + " reading"; }

void list_runs(Api& api, RouteCall& call, const Responder& responder) {
  const Query& query = call.head.query;
  std::vector<ShownState> states = states_of(query);
  RunFilter filter = filter_of(api, call);
  filter.over = all_over(states);
  filter.limit = runs_read_at_a_time;
  auto limit = static_cast<std::size_t>(integer_parameter(query, "limit", 100, 1, most_runs_in_a_page));
  RunFields fields = run_fields(list_parameter(query, "fields"));
  read_on(std::make_shared<Listing>(
      Listing{api, responder, reading_lane(call.caller), filter, states, limit, fields}));
}

void show_run(Api& api, RouteCall& call, const Responder& responder) {
  TrainingRun run = run_named(api, call);
  std::optional<Submission> submission = api.ledger.submission_of(run.id);
  RunDetail detail{shown(api, run),
                   run.dataset_digest.empty() ? std::nullopt : api.ledger.find_data_set(run.dataset_digest),
                   api.ledger.events_of(run.id), layout::run_directory(run.scratch.path, run.id),
                   submission ? submission->file : ""};
  responder.send(json_response(to_wire(detail)));
}

void show_manifest(Api& api, RouteCall& call, const Responder& responder) {
  TrainingRun run = run_named(api, call);
  std::optional<Submission> submission = api.ledger.submission_of(run.id);
  if (!submission)
    throw Error(ErrorKind::not_found, "run " + call.parameter + " came without a manifest's text");
  responder.send(json_response({{"file", submission->file}, {"text", submission->text}}));
}

void show_results(Api& api, RouteCall& call, const Responder& responder) {
  const TrainingRun run = run_named(api, call);
  Json results = results_to_wire(run);
  if (!run.manifest->results_target.starts_with("s3://")) return responder.send(json_response(results));
  // The caller reads with their own keys, whose file is in their own scratch: the results can be another
  // user's.
  const std::string scratch = api.driver.acceptance().scratch_of(call.caller.owner, call.caller.home).path;
  results["store"] = to_json(access_to(api.settings.stores, run.manifest->results_store, scratch));
  responder.send(json_response(results));
}

void cancel_run(Api& api, RouteCall& call, const Responder& responder) {
  std::int64_t id = run_named(api, call).id;
  api.driver.cancel(id, call.caller.owner.name);
  responder.send(json_response(to_wire(shown(api, run_named(api, call)))));
}

}  // namespace trainyard
