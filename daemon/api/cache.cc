// The data sets on scratch: list, pin, drop.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/api/handlers.h"
#include "daemon/api/request_values.h"
#include "daemon/api/wire.h"
#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr std::size_t least_digits = 4;  // of a digest's beginning
constexpr std::size_t most_runs_shown = 20;

ShownDataSet shown(const Api& api, const LiveDataSet& live) {
  const std::set<std::int64_t>& runs = api.driver.runs_naming(live.data_set.digest);
  ShownDataSet shown{live.data_set, live.last_used_at, live.trouble, {}, runs.size()};
  for (std::int64_t id : runs)
    if (shown.runs.size() < most_runs_shown) shown.runs.push_back(id);
  return shown;
}

// Returns the data set whose digest begins as the path says. Throws Error{not_found} if the caller has none,
// {invalid} if there are several.
const LiveDataSet& data_set_named(const Api& api, const RouteCall& call) {
  const std::string& digest = call.parameter;
  if (digest.size() < least_digits)
    throw Error(ErrorKind::invalid,
                fmt::format("\"{}\": give at least {} digits of a data set's digest", digest, least_digits));
  const LiveDataSet* found = nullptr;
  const std::map<std::string, LiveDataSet>& all = api.driver.data_sets();
  for (auto at = all.lower_bound(digest); at != all.end() && at->first.starts_with(digest); ++at) {
    if (!may_see(call.caller, at->second.data_set)) continue;
    if (found != nullptr)
      throw Error(ErrorKind::invalid, "\"" + digest + "\": several data sets begin so; give more digits");
    found = &at->second;
  }
  if (found == nullptr)
    throw Error(ErrorKind::not_found, "no data set " + digest + (sees_all(call.caller) ? "" : " of yours") +
                                          " is on scratch; 'trainyard cache list' shows those there are");
  return *found;
}

void answer_with(const Api& api, const std::string& digest, const Responder& responder) {
  responder.send(json_response(to_wire(shown(api, api.driver.data_sets().at(digest)))));
}

}  // namespace

// Copies the rows on the loop, and makes their JSON in the caller's lane.
void list_data_sets(Api& api, RouteCall& call, const Responder& responder) {
  const std::string user = text_parameter(call.head.query, "user");
  std::vector<ShownDataSet> rows;
  for (const auto& [digest, live] : api.driver.data_sets())
    if (may_see(call.caller, live.data_set) && (user.empty() || live.data_set.owner.name == user))
      rows.push_back(shown(api, live));
  api.lanes.run(
      reading_lane(call.caller),
      [rows = std::move(rows)]() mutable {
        std::ranges::stable_sort(rows, std::ranges::greater(), &ShownDataSet::last_used_at);
        Json list = Json::array();
        for (const ShownDataSet& row : rows) list.push_back(to_wire(row));
        return json_response({{"data_sets", list}});
      },
      [responder](Response response) { responder.send(std::move(response)); },
      [responder](const std::exception_ptr& error) { responder.fail(error); });
}

void show_data_set(Api& api, RouteCall& call, const Responder& responder) {
  answer_with(api, data_set_named(api, call).data_set.digest, responder);
}

void pin_data_set(Api& api, RouteCall& call, const Responder& responder) {
  const Json body = object_body(call.body, {"pinned"});
  const std::string digest = data_set_named(api, call).data_set.digest;
  api.driver.cache().pin(digest, get_or<bool>(body, "pinned", true), call.caller.owner.name);
  answer_with(api, digest, responder);
}

void drop_data_set(Api& api, RouteCall& call, const Responder& responder) {
  const Json body = object_body(call.body, {"force"});
  const std::string digest = data_set_named(api, call).data_set.digest;
  api.driver.cache().drop(digest, get_or<bool>(body, "force", false));
  answer_with(api, digest, responder);
}

}  // namespace trainyard
