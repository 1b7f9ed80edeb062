#include "daemon/api/corrections.h"

#include <utility>

#include "daemon/base/sliced_work.h"

namespace trainyard {
namespace {

// Replaces the ledger's segment of a job by one with slurmdbd's values. Returns false if slurmdbd does not
// have the job, or has the same values.
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

// Adds a segment to the ledger for a job that only slurmdbd has. Returns false if the ledger has no run or
// data set to which the job belongs, or if the job used nothing.
bool enter(Api& api, const ReconciledJob& job, const std::string& by) {
  std::optional<Segment> segment = job.as_recorded();
  return segment &&
         api.driver.enter_use(*job.recorded, *segment, "it was missing, slurmdbd has it; entered by " + by);
}

// The state of one correct_by(): which job is next, and what has been corrected so far.
struct Correcting {
  std::shared_ptr<const Reconciliation> books;
  Api& api;
  std::string by;
  SlicedWork slices;
  std::size_t next = 0;  // index of the next job in books->jobs
  Corrections made{};
  std::exception_ptr error{};

  // Corrects or enters the next job. Returns false if there was none left, or after an error.
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
