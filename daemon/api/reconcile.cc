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

// Answers `told` with the comparison, or the client with the error. The ledger is read before slurmdbd is
// asked: what is settled in between counts as still to come.
void compare(Api& api, UtcSeconds since, const Responder& responder,
             std::function<void(const Reconciliation&)> told) {
  auto failed = [responder](std::exception_ptr error) { responder.fail(error); };
  api.driver.recorded_since(
      since - margin,
      [since, told = std::move(told), failed, in_force = api.ledger.segments_in_force(since - margin),
       unsettled = api.driver.uncharged_jobs()](const std::vector<JobStatus>& recorded) {
        try {
          told(reconcile(in_force, recorded, unsettled, since));
        } catch (...) {
          failed(std::current_exception());
        }
      },
      failed);
}

// False where slurmdbd has nothing better.
bool correct(Api& api, const ReconciledJob& job, const std::string& by) {
  std::optional<Segment> is = job.as_recorded();
  if (!is) return false;
  std::string reason = "slurmdbd has it so; entered by " + by;
  if (job.charged->run_id)
    api.driver.correct(*job.charged->run_id, job.charged->segment, *is, reason);
  else
    api.ledger.correct(job.charged->segment, is, reason);
  return true;
}

}  // namespace

void get_reconciliation(Api& api, RouteCall& call, const Responder& responder) {
  UtcSeconds since = since_of(call, api.settings.time_zone);
  compare(api, since, responder, [responder, since](const Reconciliation& books) {
    responder.send(json_response(to_wire(books, since)));
  });
}

void correct_ledger(Api& api, RouteCall& call, const Responder& responder) {
  UtcSeconds since = since_of(call, api.settings.time_zone);
  compare(api, since, responder,
          [&api, responder, since, by = call.caller.owner.name](const Reconciliation& books) {
            int corrected = 0;
            for (const ReconciledJob& job : books.jobs)
              if (job.finding == Finding::differs) corrected += correct(api, job, by);
            Json answer = to_wire(books, since);
            answer["corrected"] = corrected;
            responder.send(json_response(answer));
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
