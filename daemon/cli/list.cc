// trainyard list: prints runs, newest first.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/base/clock.h"
#include "daemon/base/command_line.h"
#include "daemon/base/text.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/own_name.h"
#include "daemon/cli/table.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

constexpr std::int64_t default_limit = 20;
constexpr std::int64_t most_limit = 1'000'000;
constexpr std::int64_t page_size = 1000;  // the daemon's limit for one page

std::string filters(const Context& context, const Arguments& arguments) {
  std::string query;
  std::vector<std::string> states = arguments.list("--state");
  if (arguments.has("--live")) states.push_back("live");
  if (!states.empty()) query += "&state=" + url_escape(join(states, ","));
  for (const char* name : {"user", "name", "plan"})
    if (std::string value = arguments.text(std::string("--") + name); !value.empty())
      query += std::string("&") + name + '=' + url_escape(value);
  if (!arguments.has("--all") && !arguments.has("--user")) query += "&user=" + url_escape(own_name());
  if (arguments.has("--since"))
    query += "&since=" + std::to_string(to_unix(time_given(arguments.text("--since"), context.zone())));
  return query;
}

// The fields of a run that table_of() shows.
constexpr const char* shown_fields =
    "&fields=id,user,name,state,gpus,accepted_at,started_at,ended_at,waiting,reason";

struct Listed {
  std::vector<Json> runs;
  bool may_be_more = false;
};

// Fetches runs page by page, until there are `limit` runs or no more.
Listed fetch(Context& context, const std::string& filter, std::int64_t limit) {
  Listed listed;
  std::string before;
  do {
    std::int64_t want = std::min(page_size, limit - static_cast<std::int64_t>(listed.runs.size()));
    Json page = context.daemon().get(fmt::format("/v1/runs?limit={}{}{}", want, filter, before));
    for (Json& run : page.at("runs")) listed.runs.push_back(std::move(run));
    Json next = get_or<Json>(page, "next", Json());
    listed.may_be_more = !next.is_null();
    before = "&before=" + next.dump();
  } while (listed.may_be_more && static_cast<std::int64_t>(listed.runs.size()) < limit);
  return listed;
}

std::string time_used(const Json& run) {
  auto seconds = duration_of_run(run);
  return seconds ? human_duration(*seconds) : "-";
}

std::string reason(const Json& run) {
  std::string waiting = get_or<std::string>(run, "waiting", "");
  return waiting.empty() ? get_or<std::string>(run, "reason", "") : waiting;
}

std::string table_of(const Context& context, const std::vector<Json>& runs, bool with_user) {
  std::vector<TextTable::Column> columns{
      {"RUN", Align::right},     {"NAME"},  {"STATE"}, {"GPUS", Align::right}, {"SUBMITTED"},
      {"ELAPSED", Align::right}, {"REASON"}};
  if (with_user) columns.insert(columns.begin() + 1, {"USER"});
  TextTable table(columns);
  for (const Json& run : runs) {
    std::vector<std::string> row{
        std::to_string(get<std::int64_t>(run, "id")),
        cut(get_or<std::string>(run, "name", ""), 24),
        get<std::string>(run, "state"),
        std::to_string(get_or<std::int64_t>(run, "gpus", 0)),
        human_time(get_or<Json>(run, "accepted_at", Json()), context.zone()).substr(0, 16),
        time_used(run),
        reason(run)};
    if (with_user) row.insert(row.begin() + 1, get_or<std::string>(run, "user", ""));
    table.add(std::move(row));
  }
  return table.text(context.terminal().width);
}

bool is_filtered(const Arguments& arguments) {
  constexpr std::array filters{"--state", "--live", "--user", "--name", "--plan", "--since"};
  return std::any_of(filters.begin(), filters.end(), [&](const char* name) { return arguments.has(name); });
}

int run_list(Context& context, const Arguments& arguments) {
  std::int64_t limit = arguments.integer("--limit", default_limit, 1, most_limit);
  std::string filter = filters(context, arguments) + (arguments.has("--json") ? "" : shown_fields);
  const Listed listed = fetch(context, filter, limit);
  if (arguments.has("--json")) {
    for (const Json& run : listed.runs) context.print_json(run);
    return 0;
  }
  if (listed.runs.empty()) {
    context.print(is_filtered(arguments) ? "no run matches\n"
                                         : "no runs; 'trainyard init' writes a first manifest\n");
    return 0;
  }
  context.print(table_of(context, listed.runs, arguments.has("--all") || arguments.has("--user")));
  if (listed.may_be_more)
    context.print(fmt::format("the newest {}; --limit shows more\n", listed.runs.size()));
  return 0;
}

}  // namespace

Command list_command() {
  return {
      "list",
      "List runs, newest first",
      "Shows your own last 20 runs unless options select others. Only operators see the runs of others.",
      {},
      {{"--state,-s",
        "STATE",
        "runs in these states",
        {"queued", "staging", "pending", "running", "storing", "completed", "failed", "cancelled", "live"},
        true},
       {"--live,-l", "", "runs that are not over, as --state live", {}},
       {"--user,-u", "USER", "runs of this user", {}},
       {"--all,-a", "", "runs of all users", {}},
       {"--name", "NAME", "runs of this name", {}},
       {"--plan", "PLAN", "runs under this plan", {}},
       {"--since",
        "TIME",
        "submitted at or after this time: 2026-11-23, 2026-11-23T10:30, today, 2026-11",
        {}},
       {"--limit", "N", "list at most N runs (20)", {}},
       json_option()},
      {{"trainyard list --live", "the runs that are not over"},
       {"trainyard list --state failed --since today", "the runs that failed today"}},
      run_list};
}

}  // namespace trainyard
