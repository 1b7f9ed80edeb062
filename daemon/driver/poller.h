// Poller: regularly gets the status of all our jobs from the scheduler, and compares it with every live run
// and data set. The call to the scheduler runs in the lane that reads the scheduler, the comparison on the
// loop, in slices. Used on the loop.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "daemon/base/lanes.h"
#include "daemon/base/loop.h"
#include "daemon/base/sliced_work.h"
#include "daemon/base/workers.h"
#include "daemon/driver/entities.h"
#include "daemon/driver/late_use.h"
#include "daemon/driver/missing_jobs.h"
#include "daemon/driver/scheduler_trouble.h"
#include "daemon/driver/settings.h"
#include "daemon/driver/snapshot.h"
#include "daemon/driver/step_runner.h"
#include "daemon/driver/stray_jobs.h"
#include "daemon/steps/steps.h"

namespace trainyard {

class Poller {
 public:
  // The scheduler's name and warnings, and how fast it answers the polls.
  struct Status {
    std::string name;                   // "Slurm 22.05.8, cluster yard"; empty until it answered
    std::vector<std::string> warnings;  // the scheduler's settings that an admin should change
    std::optional<UtcSeconds> polled_at;
    std::chrono::milliseconds latency{0};  // of the last poll
    CallCounts calls;                      // number of calls by kind, in the minute before the last answer
  };

  // `lane`: one thread, which reads the scheduler.
  Poller(Loop& loop, Workers& lane, Lanes& lanes, Steps& steps, Entities& entities, StepRunner& step_runner,
         LateUse& late_use, SchedulerTrouble& trouble, const DriverSettings& settings);

  // Begins to poll. Calls `polled` after each poll that was answered.
  void begin(std::function<void()> polled);

  const Snapshot& snapshot() const { return snapshot_; }
  const Status& status() const { return status_; }
  std::chrono::milliseconds interval() const;  // until the next poll

 private:
  struct Answer;
  void poll_soon(std::chrono::milliseconds delay);
  void poll();
  void polled(std::int64_t number, Answer answer);
  void failed(std::exception_ptr error);
  void note_controller_start(UtcSeconds started_at);
  std::vector<JobKey> jobs_of_entities();
  void compare_all(std::int64_t number);
  void end_poll(std::int64_t number);
  void compare(LiveEntity& live, std::int64_t number);
  void expect_jobs_of(const LiveEntity& live, std::int64_t number);
  void compare(LiveEntity& live, const EntityJob& job, std::int64_t number);
  void see_live_job(LiveEntity& live, JobRole role, const JobStatus& job);
  void record_end(const EntityId& id, JobRole role, const JobStatus& ended);

  Loop& loop_;
  Workers& lane_;
  Steps& steps_;
  Entities& entities_;
  StepRunner& step_runner_;
  LateUse& late_use_;
  SchedulerTrouble& trouble_;
  const DriverSettings& settings_;
  MissingJobs missing_jobs_;
  StrayJobs stray_jobs_;
  SlicedWork comparing_;
  std::function<void()> polled_;
  Snapshot snapshot_;
  Status status_;
  UtcSeconds controller_started_at_{};
  UtcSeconds asked_at_{};    // when the last answered poll asked the scheduler
  bool has_failed_ = false;  // the last poll failed
  Loop::Watch timer_;
};

}  // namespace trainyard
