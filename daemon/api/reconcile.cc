// The books: the ledger against Slurm's own account, and months that are closed.
#include "daemon/report/reconcile.h"

#include "daemon/api/handlers.h"
#include "daemon/api/query.h"
#include "daemon/api/wire.h"

namespace trainyard {
namespace {

// How far beyond the period a job is looked for: its end may be another in the other account.
constexpr std::chrono::hours margin{24};

// Without a time: this month, so far.
UtcSeconds since_of(const RouteCall& call, const std::string& zone) {
  return time_parameter(call.head.query, "since", zone)
      .value_or(month_bounds(month_of(now(), zone), zone).since);
}

}  // namespace

// The ledger is read before slurmdbd is asked: what is settled in between counts as still to come.
void get_reconciliation(Api& api, RouteCall& call, const Responder& responder) {
  UtcSeconds since = since_of(call, api.settings.time_zone);
  api.driver.recorded_since(
      since - margin,
      [responder, since, in_force = api.ledger.segments_in_force(since - margin),
       unsettled = api.driver.unsettled_jobs()](const std::vector<JobStatus>& recorded) {
        responder.send(json_response(to_wire(reconcile(in_force, recorded, unsettled, since), since)));
      },
      [responder](std::exception_ptr error) { responder.fail(error); });
}

void close_month(Api& api, RouteCall& call, const Responder& responder) {
  responder.send(json_response(
      to_wire(api.ledger.close_month(call.parameter, api.settings.time_zone, call.caller.owner.name))));
}

void list_months(Api& api, RouteCall&, const Responder& responder) {
  Json months = Json::array();
  for (const ClosedMonth& month : api.ledger.closed_months()) months.push_back(to_wire(month));
  responder.send(json_response({{"closed", months}}));
}

}  // namespace trainyard
