#include <algorithm>

#include "daemon/api/handlers.h"
#include "daemon/api/request_values.h"
#include "daemon/api/wire.h"
#include "daemon/base/error.h"
#include "daemon/report/read_usage.h"

namespace trainyard {
namespace {

// Returns the period, the time zone and the grouping that the query asks for. The default period is the
// current month so far.
UsageQuery usage_query(const Query& query, const std::string& default_zone) {
  UsageQuery asked;
  asked.zone = text_parameter(query, "zone", default_zone);
  UtcSeconds time = now();
  asked.until = time_parameter(query, "until", asked.zone).value_or(time);
  asked.since = time_parameter(query, "since", asked.zone)
                    .value_or(month_bounds(month_of(time, asked.zone), asked.zone).since);
  if (asked.until < asked.since)
    throw Error(ErrorKind::invalid, "?until lies before ?since: the period is [since, until)");
  for (const std::string& name : list_parameter(query, "by")) {
    GroupKey key = group_key_from(name);
    if (std::find(asked.by.begin(), asked.by.end(), key) == asked.by.end()) asked.by.push_back(key);
  }
  if (asked.by.empty()) asked.by = {GroupKey::user};
  return asked;
}

}  // namespace

void report_usage(Api& api, RouteCall& call, const Responder& responder) {
  UsageQuery query = usage_query(call.head.query, api.settings.time_zone);
  std::optional<std::uint32_t> of;
  if (!sees_all(call.caller)) of = call.caller.owner.uid;
  api.lanes.run(
      reading_lane(call.caller),
      [path = api.ledger.path(), query, of] {
        const std::unique_ptr<Ledger> ledger = Ledger::open_to_read(path);
        Json report = to_wire(read_usage(*ledger, query, of), query);
        report["data"] = to_wire(ledger->data_uses(query.since, query.until, of));
        return json_response(report);
      },
      [responder](Response response) { responder.send(std::move(response)); },
      [responder](const std::exception_ptr& error) { responder.fail(error); });
}

}  // namespace trainyard
