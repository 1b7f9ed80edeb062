// StepRunner: performs the step that is due for an entity (a run or a data set) in the lane of its owner, has
// the resulting changes recorded, and tries failed steps again later. Runs of one job array are submitted
// together. Called on the loop.
#pragma once
#include <set>
#include <vector>

#include "daemon/base/lanes.h"
#include "daemon/base/loop.h"
#include "daemon/driver/data_set_cache.h"
#include "daemon/driver/entities.h"
#include "daemon/driver/scheduler_trouble.h"
#include "daemon/driver/silent_files.h"
#include "daemon/driver/stage_turns.h"
#include "daemon/driver/submit_limits.h"
#include "daemon/steps/steps.h"

namespace trainyard {

class StepRunner {
 public:
  StepRunner(Loop& loop, Lanes& lanes, Steps& steps, Entities& entities, SilentFiles& silent_files,
             SubmitLimits& submit_limits, DataSetCache& cache, SchedulerTrouble& trouble)
      : loop_(loop),
        lanes_(lanes),
        steps_(steps),
        entities_(entities),
        silent_files_(silent_files),
        submit_limits_(submit_limits),
        cache_(cache),
        trouble_(trouble),
        stage_turns_(entities, steps.site().stores) {}

  // Begins the step that is due for the entity, unless another step of it is under way, a change of it is
  // being recorded, or a failed step waits to be tried again.
  void consider(const EntityId& id);
  void consider(LiveEntity& live);

  // Begins to stage the data sets that wait, for space for example, without waiting any longer.
  void consider_waiting_data_sets();

  // Begins to stage data sets that have waited for the end of a stage job, because their store has a limit of
  // stage jobs. To be called when this data set, of the same store, has changed. Does nothing for a run.
  void begin_stage_turns(const EntityId& changed);

  // Cancels the run's jobs, even while another step of the run is under way, because that step might wait for
  // the user's file system for long.
  void cancel_jobs(const TrainingRun& run);

 private:
  using Ids = std::vector<EntityId>;
  std::optional<Step> due(const LiveEntity& live) const;
  void begin(LiveEntity& live, Step step);
  void stage_in_turn(LiveDataSet& live);
  Ids due_together(LiveEntity& live, Step step);
  Ids in_doubt_together(const LiveRun& live);
  Ids of_array_together(LiveRun& live, Step step);
  std::vector<LiveRun*> others_in_array(const TrainingRun& run);
  bool went_in_parts(const TrainingRun& run);
  StepCall call_of(Step step, const Ids& ids);
  void done(const Ids& ids, Step step, const StepResult& result);
  void resolve_doubts(const std::set<EntityId>& not_submitted);
  void finish(const Ids& ids, Step step, const std::set<EntityId>& got_on, std::chrono::seconds delay);
  void wait_for_space(const EntityId& data_set, const SpaceMissing& missing);
  void failed(const Ids& ids, Step step, std::exception_ptr error);
  void fail_for_good(const Ids& ids, Step step, const Failure& failure);
  void note_refusal(const Ids& ids, const Failure& failure);
  void try_again(const Ids& ids, Step step, const Failure& failure);
  void consider_later(LiveEntity& live, std::chrono::seconds delay);

  Loop& loop_;
  Lanes& lanes_;
  Steps& steps_;
  Entities& entities_;
  SilentFiles& silent_files_;
  SubmitLimits& submit_limits_;
  DataSetCache& cache_;
  SchedulerTrouble& trouble_;
  StageTurns stage_turns_;
};

}  // namespace trainyard
