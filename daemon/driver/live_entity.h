// LiveEntity: a run or a data set that is not over, with the values that the daemon keeps about it beside its
// events. StepRunner and Poller use runs and data sets in the same way; the virtual functions have the
// differences between the two.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/loop.h"
#include "daemon/run/change.h"
#include "daemon/run/data_set.h"
#include "daemon/run/next_step.h"
#include "daemon/run/run.h"
#include "daemon/steps/steps.h"

namespace trainyard {

// A job of the current attempt of a run or data set.
struct EntityJob {
  JobRole role = JobRole::train;
  JobKey key;
  UtcSeconds admitted_at{};  // the job was not submitted earlier
  bool has_ended = false;    // the end is known to the daemon
};

struct LiveEntity {
  virtual ~LiveEntity() = default;

  virtual EntityId id() const = 0;
  virtual const Owner& owner() const = 0;
  virtual const ScratchPlace& scratch() const = 0;
  virtual bool is_over() const = 0;  // then it is removed from memory
  virtual std::optional<Step> next_step(const Circumstances& all) const = 0;
  // Adds this entity, and the values of it that steps need, to the input of a step.
  virtual void add_to(StepCall& call) const = 0;
  // Returns the change that records the entity as failed, after a step that can never succeed.
  virtual Change failed(const std::string& reason) const = 0;

  virtual std::vector<EntityJob> jobs() const = 0;
  virtual Token token_of_job(JobRole role, const std::string& ledger_id) const = 0;
  // Returns the tokens of the jobs that might be in the scheduler although no event records them, while a
  // step is under way or the entity is in doubt.
  virtual std::vector<Token> awaited_tokens(const std::string& ledger_id) const = 0;
  // Returns the changes to be recorded when a job of this entity has ended.
  virtual Changes end_of_job(JobRole role, const JobStatus& ended, UtcSeconds at) const = 0;
  // Returns the changes to be recorded after the scheduler showed this status of a job that has not ended.
  virtual Changes news_of_job(JobRole role, const JobStatus& job, UtcSeconds at) const = 0;
  // Sets in `circumstances` what follows from the status of a job that has not ended and is not recorded.
  virtual void look_at_job(JobRole, const JobStatus&) {}

  // Returns true while a step is under way, a change is to be recorded, or the step is to be tried again
  // later. Then no other step begins.
  bool is_occupied() const { return busy || changes_pending > 0 || again; }

  bool busy = false;        // a step is under way
  int changes_pending = 0;  // above 0 while changes are to be recorded
  Loop::Watch again;        // the time at which the step is tried again
  // Why the step that is due has failed, or waits; empty once it succeeded.
  std::string trouble;
  bool needs_credentials = false;  // the trouble is that an object store needs keys of the user
  Circumstances circumstances;
  std::int64_t seen_from = 0;               // number of the first poll whose answer is not out of date
  std::map<JobKey, Sighting> sightings;     // what the polls saw of its jobs while they ran
  std::optional<UtcSeconds> missing_since;  // since when the polls do not show one of its jobs
};

struct LiveRun : LiveEntity {
  TrainingRun run;
  std::string waits_for;     // WaitingFor::what at the last poll
  UtcSeconds waits_since{};  // the beginning of that wait

  EntityId id() const override { return run.id; }
  const Owner& owner() const override { return run.owner; }
  const ScratchPlace& scratch() const override { return run.scratch; }
  bool is_over() const override { return trainyard::is_over(run.state); }
  std::optional<Step> next_step(const Circumstances& all) const override;
  void add_to(StepCall& call) const override;
  Change failed(const std::string& reason) const override;
  std::vector<EntityJob> jobs() const override;
  Token token_of_job(JobRole role, const std::string& ledger_id) const override;
  std::vector<Token> awaited_tokens(const std::string& ledger_id) const override;
  Changes end_of_job(JobRole role, const JobStatus& ended, UtcSeconds at) const override;
  Changes news_of_job(JobRole role, const JobStatus& job, UtcSeconds at) const override;
  void look_at_job(JobRole role, const JobStatus& job) override;
};

struct LiveDataSet : LiveEntity {
  DataSet data_set;
  UtcSeconds last_used_at{};  // when a run that names it was last accepted, or ended

  EntityId id() const override { return data_set.digest; }
  const Owner& owner() const override { return data_set.owner; }
  const ScratchPlace& scratch() const override { return data_set.scratch; }
  bool is_over() const override { return data_set.state == DataSetState::evicted; }
  std::optional<Step> next_step(const Circumstances& all) const override;
  void add_to(StepCall& call) const override;
  Change failed(const std::string& reason) const override;
  std::vector<EntityJob> jobs() const override;
  Token token_of_job(JobRole role, const std::string& ledger_id) const override;
  std::vector<Token> awaited_tokens(const std::string& ledger_id) const override;
  Changes end_of_job(JobRole role, const JobStatus& ended, UtcSeconds at) const override;
  Changes news_of_job(JobRole, const JobStatus&, UtcSeconds) const override { return {}; }
};

}  // namespace trainyard
