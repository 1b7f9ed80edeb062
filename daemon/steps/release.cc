// release: the store job behind the train job, then the train job may start.
#include "daemon/steps/steps.h"

namespace trainyard {

RunEvent Steps::release(const TrainingRun& run, Doubt doubt) {
  const JobKey& train = run.attempt()->train->key;
  int attempt = run.attempt()->number;
  std::optional<JobKey> store;
  // Storing twice does no harm: here a doubt is worth a look, but no waiting.
  if (doubt)
    store = already_submitted(token_of(site_.ledger_id, run.id, attempt, JobRole::store), run.owner.uid,
                              UtcSeconds{});
  if (!store) store = scheduler_.submit(store_job(site_, run, train.job_id));
  scheduler_.release(train, token_of(site_.ledger_id, run.id, attempt, JobRole::train));
  return event::Released{now(), *store};
}

}  // namespace trainyard
