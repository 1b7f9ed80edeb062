// The routes of the accounting: compare the ledger with Slurm's accounting, correct the ledger, close months.
#include "daemon/report/reconcile.h"

#include <memory>
#include <set>

#include "daemon/api/corrections.h"
#include "daemon/api/handlers.h"
#include "daemon/api/request_values.h"
#include "daemon/api/wire.h"

namespace trainyard {
namespace {

// Ledger and slurmdbd are read from this long before the period on, because a job's end can differ between
// them.
constexpr std::chrono::hours margin{24};

// Returns the beginning of the period that the query asks for; by default the beginning of the current month.
UtcSeconds since_of(const RouteCall& call, const std::string& zone) {
  return time_parameter(call.head.query, "since", zone)
      .value_or(month_bounds(month_of(now(), zone), zone).since);
}

using Books = std::shared_ptr<const Reconciliation>;

// The state of one comparison. The ledger is read, compared with slurmdbd and written as JSON in the caller's
// lane, not on the loop, because that can take long.
struct Comparing {
  Api& api;
  std::string lane;
  UtcSeconds since;
  std::set<JobKey> uncharged;
  UtcSeconds asked_at;
  std::function<void(const Books&)> told;
  std::function<void(std::exception_ptr)> failed;
  std::vector<ChargedSegment> in_force{};
};

void compare_with(const std::shared_ptr<Comparing>& comparing, std::vector<JobStatus> recorded) {
  comparing->api.lanes.run(
      comparing->lane,
      [comparing, recorded = std::move(recorded)] {
        return std::make_shared<const Reconciliation>(reconcile(
            comparing->in_force, recorded, comparing->uncharged, comparing->since, comparing->asked_at));
      },
      comparing->told, comparing->failed);
}

// Compares the ledger with slurmdbd and calls `told` with the result, or answers the client with the error.
// Notes the uncharged jobs and reads the ledger before slurmdbd, so a job that is charged in between counts
// as not charged yet.
void compare(Api& api, const RouteCall& call, UtcSeconds since, const Responder& responder,
             std::function<void(const Books&)> told) {
  auto comparing = std::make_shared<Comparing>(
      Comparing{api, reading_lane(call.caller), since, api.driver.uncharged_jobs(), now(), std::move(told),
                [responder](std::exception_ptr error) { responder.fail(error); }});
  api.lanes.run(
      comparing->lane,
      [path = api.ledger.path(), since] {
        return Ledger::open_to_read(path)->segments_in_force(since - margin);
      },
      [comparing](std::vector<ChargedSegment> in_force) {
        comparing->in_force = std::move(in_force);
        comparing->api.queries.recorded_since(
            comparing->since - margin,
            [comparing](std::vector<JobStatus> recorded) { compare_with(comparing, std::move(recorded)); },
            comparing->failed);
      },
      comparing->failed);
}

void answer(Api& api, const RouteCall& call, const Responder& responder, std::function<Response()> response) {
  api.lanes.run(
      reading_lane(call.caller), std::move(response),
      [responder](Response written) { responder.send(std::move(written)); },
      [responder](std::exception_ptr error) { responder.fail(error); });
}

}  // namespace

void get_reconciliation(Api& api, RouteCall& call, const Responder& responder) {
  UtcSeconds since = since_of(call, api.settings.time_zone);
  compare(api, call, since, responder, [&api, call, responder, since](const Books& books) {
    answer(api, call, responder, [books, since] { return json_response(to_wire(*books, since)); });
  });
}

void correct_ledger(Api& api, RouteCall& call, const Responder& responder) {
  UtcSeconds since = since_of(call, api.settings.time_zone);
  compare(api, call, since, responder, [&api, call, responder, since](const Books& books) {
    correct_by(
        books, api, call.caller.owner.name,
        [&api, call, responder, since, books](Corrections made) {
          answer(api, call, responder, [books, since, made] {
            Json body = to_wire(*books, since);
            body["corrected"] = made.corrected;
            body["entered"] = made.entered;
            return json_response(body);
          });
        },
        [responder](std::exception_ptr error) { responder.fail(error); });
  });
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
