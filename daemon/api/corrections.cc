#include "daemon/api/corrections.h"

#include <utility>

#include "daemon/base/sliced_work.h"
#include "daemon/run/booking.h"

namespace trainyard {
namespace {

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

// Corrections on their way.
struct Correcting {
  std::shared_ptr<const Reconciliation> books;
  Api& api;
  std::string by;
  SlicedWork slices;
  std::size_t next = 0;  // of the books' jobs
  Corrections made{};
  std::exception_ptr error{};

  // False: that was the last one.
  bool correct_next() {
    if (next == books->jobs.size()) return false;
    const ReconciledJob& job = books->jobs[next++];
    try {
      if (job.finding == Finding::differs) made.corrected += correct(api, job, by);
      if (job.finding == Finding::missing_in_ledger) made.entered += enter(api, job, by);
    } catch (...) {
      error = std::current_exception();
    }
    return !error;
  }
};

}  // namespace

void correct_by(std::shared_ptr<const Reconciliation> books, Api& api, const std::string& by,
                std::function<void(Corrections)> done, std::function<void(std::exception_ptr)> failed) {
  auto correcting = std::make_shared<Correcting>(Correcting{std::move(books), api, by, SlicedWork(api.loop)});
  correcting->slices.begin([correcting] { return correcting->correct_next(); },
                           [correcting, done = std::move(done), failed = std::move(failed)] {
                             if (correcting->error)
                               failed(correcting->error);
                             else
                               done(correcting->made);
                           });
}

}  // namespace trainyard
