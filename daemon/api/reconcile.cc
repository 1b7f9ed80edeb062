// The books: the ledger against Slurm's own account, and months that are closed.
#include "daemon/report/reconcile.h"

#include "daemon/api/handlers.h"
#include "daemon/api/query.h"
#include "daemon/api/wire.h"
#include "daemon/run/booking.h"

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
// asked: what is charged in between counts as still to come.
void compare(Api& api, UtcSeconds since, const Responder& responder,
             std::function<void(const Reconciliation&)> told) {
  auto failed = [responder](std::exception_ptr error) { responder.fail(error); };
  api.driver.recorded_since(
      since - margin,
      [since, told = std::move(told), failed, in_force = api.ledger.segments_in_force(since - margin),
       uncharged = api.driver.uncharged_jobs(), asked_at = now()](const std::vector<JobStatus>& recorded) {
        try {
          told(reconcile(in_force, recorded, uncharged, since, asked_at));
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

// Whose attempt the job is, by its name. Anybody may give his job such a name, so it must also be of the user
// whose run, or data set, that is.
std::optional<TrainingRun> run_of(Api& api, const JobStatus& row, const NamedJob& named) {
  std::optional<std::int64_t> id = named.run_id;
  if (named.is_array)
    id = row.key.task ? api.ledger.find_run_in_array({named.run_id, named.attempt, *row.key.task})
                      : std::nullopt;
  std::optional<TrainingRun> run = id ? api.driver.find_run(*id) : std::nullopt;
  return run && run->owner.uid == row.uid ? run : std::nullopt;
}

// Enters a job that only slurmdbd has. False where it is nobody's that we know, or used nothing.
bool enter(Api& api, const ReconciledJob& job, const std::string& by) {
  std::optional<Segment> segment = job.as_recorded();
  std::optional<NamedJob> named = parse_token(api.ledger.id(), job.recorded->token);
  if (!segment || !named) return false;
  event::Used used{now(), named->role, *segment, "it was missing, slurmdbd has it; entered by " + by};
  if (named->role == JobRole::stage) {
    std::optional<DataSet> data_set = api.ledger.find_data_set_by_prefix(named->digest);
    return data_set && data_set->owner.uid == job.recorded->uid &&
           api.driver.enter_use(data_set->digest, used);
  }
  std::optional<TrainingRun> run = run_of(api, *job.recorded, *named);
  if (!run) return false;
  complete_use(*run, *job.recorded, used);
  return api.driver.enter_use(run->id, used);
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
            int corrected = 0, entered = 0;
            for (const ReconciledJob& job : books.jobs) {
              if (job.finding == Finding::differs) corrected += correct(api, job, by);
              if (job.finding == Finding::missing_in_ledger) entered += enter(api, job, by);
            }
            Json answer = to_wire(books, since);
            answer["corrected"] = corrected;
            answer["entered"] = entered;
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
