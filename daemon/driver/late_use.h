// LateUse: enters the usage of jobs in the ledger that ended after their run was over, or after their run had
// begun the next attempt. Such a job was cancelled before it began; then slurmctld was killed, went back to
// an older state, and started the job. Used on the loop.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "daemon/driver/entities.h"
#include "daemon/driver/snapshot.h"
#include "daemon/ledger/ledger.h"

namespace trainyard {

class LateUse {
 public:
  LateUse(Entities& entities, Ledger& ledger) : entities_(entities), ledger_(ledger) {}

  // Enters the usage of those jobs of the snapshot that have ended and belong to no live run or data set,
  // unless the ledger has it. Looks up a limited number of jobs in the ledger; the next call looks up the
  // others. To be called after the poll with this number was compared with every entity.
  void enter_missing(const Snapshot& snapshot, std::int64_t poll);

  // Enters `segment` as the usage of `job`, which slurmctld or slurmdbd has on record. Returns false, and
  // enters nothing, if the ledger has the usage of this job already, or if the job's name and user are not
  // those of a run's or data set's job. Throws the errors of the ledger.
  bool enter(const JobStatus& job, const Segment& segment, const std::string& reason);

 private:
  using Execution = std::pair<JobKey, int>;  // a job and its restart
  enum class Outcome { known, entered, failed };
  Outcome enter_if_missing(const JobStatus& job);
  std::optional<TrainingRun> run_of(const JobStatus& job, const NamedJob& named);
  bool enter_for_data_set(const JobStatus& job, const NamedJob& named, const event::Used& used);
  bool enter_for_run(const JobStatus& job, const NamedJob& named, event::Used used);

  Entities& entities_;
  Ledger& ledger_;
  std::set<Execution> looked_up_;  // of the jobs that the last snapshot showed
};

}  // namespace trainyard
