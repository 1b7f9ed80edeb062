// LiveEntity: a run or a data set that is not over, with what the daemon knows of it beside its events. The
// steps and the poll move every kind of entity in the same way; what the kinds differ in is here.
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

// A job of the attempt under way.
struct EntityJob {
  JobRole role = JobRole::train;
  JobKey key;
  UtcSeconds admitted_at{};  // not submitted earlier
  bool has_ended = false;    // and that is known
};

struct LiveEntity {
  virtual ~LiveEntity() = default;

  virtual EntityId id() const = 0;
  virtual const Owner& owner() const = 0;
  virtual const ScratchPlace& scratch() const = 0;
  virtual bool is_over() const = 0;  // then it has no place in memory any more
  virtual std::optional<Step> next_step(const Circumstances& all) const = 0;
  // Adds this entity, and what is known of it, to the call of a step.
  virtual void add_to(StepCall& call) const = 0;
  // The change that ends the entity after a step that can never succeed.
  virtual Change failed(const std::string& reason) const = 0;

  virtual std::vector<EntityJob> jobs() const = 0;
  virtual Token token_of_job(JobRole role, const std::string& ledger_id) const = 0;
  // The tokens of the jobs that a step under way, or one in doubt, may be submitting.
  virtual std::vector<Token> awaited_tokens(const std::string& ledger_id) const = 0;
  // The changes that follow from the end of one of its jobs.
  virtual Changes end_of_job(JobRole role, const JobStatus& ended, UtcSeconds at) const = 0;
  // The changes that a job which has not ended shows in the scheduler.
  virtual Changes news_of_job(JobRole role, const JobStatus& job, UtcSeconds at) const = 0;
  // Notes in `circumstances` what such a job shows beside these changes.
  virtual void look_at_job(JobRole, const JobStatus&) {}

  // Whether a step, a change of it or its next try is under way: then no other begins.
  bool is_occupied() const { return busy || changes_pending > 0 || again; }

  bool busy = false;        // a step is under way
  int changes_pending = 0;  // that are to be recorded
  Loop::Watch again;        // when the step that failed is due once more
  std::string trouble;      // what the last step failed of; empty once it succeeded
  Circumstances circumstances;
  std::int64_t seen_from = 0;               // polls begun before this one cannot know its jobs
  std::map<JobKey, Sighting> sightings;     // its jobs while they run, by the polls
  std::optional<UtcSeconds> missing_since;  // a job that the scheduler no longer shows
};

struct LiveRun : LiveEntity {
  TrainingRun run;
  std::string waits_for;  // at the last poll, and since when
  UtcSeconds waits_since{};

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
