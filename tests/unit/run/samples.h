// Samples of runs, jobs and events for tests of logic. Unless the test says otherwise, a run is one of ada on
// one GPU.
#pragma once
#include <string>
#include <vector>

#include "daemon/run/run.h"

namespace trainyard::testing {

inline UtcSeconds at(std::int64_t seconds) { return from_unix(1'795'420'000 + seconds); }

inline Owner ada() { return {1001, 100, "ada"}; }

inline Manifest manifest_of(int gpus = 1, const std::string& account = "") {
  Manifest manifest;
  manifest.name = "digits";
  manifest.results_target = "file:///srv/results/";
  manifest.resources.gpus_per_node = gpus;
  manifest.resources.account = account;
  CommandSpec command;
  command.run = "true";
  manifest.program = command;
  return manifest;
}

inline JobKey job_key(std::uint32_t job_id) { return {"yard", job_id, at(job_id)}; }

inline constexpr std::uint32_t train_id = 10, store_id = 11;

// Returns a job that ran for an hour on this many GPUs.
inline JobStatus ended_job(std::uint32_t job_id, JobOutcome outcome, int gpus = 1) {
  JobStatus job;
  job.key = job_key(job_id);
  job.phase = JobPhase::ended;
  job.outcome = outcome;
  job.state = outcome == JobOutcome::completed ? "COMPLETED" : "FAILED";
  job.started_at = at(100);
  job.ended_at = at(3700);
  job.nodes = "n1";
  job.gpus = gpus;
  job.gpu_type = gpus > 0 ? "k40" : "";
  return job;
}

inline Segment hour_of(std::uint32_t job_id, int gpus = 1) {
  return {job_key(job_id), 0, gpus > 0 ? "k40" : "", gpus, at(100), at(3700)};
}

inline event::Accepted accepted(const Manifest& manifest = manifest_of(), const std::string& plan = "") {
  return {at(0), ada(), manifest, plan, "", ""};
}

inline event::Settled settled(Result result, const std::string& reason = "") {
  Cause cause = result == Result::completed ? Cause::completed : Cause::exit_code;
  event::Settled event{at(3702), result, cause, reason};
  if (result == Result::completed) event.exit_code = 0;
  return event;
}

inline event::Used used(std::uint32_t job_id, int gpus = 1, JobRole role = JobRole::train) {
  return {at(3701), role, hour_of(job_id, gpus), ""};
}

// Returns all events of a run in order, from acceptance to the results in the bucket.
inline std::vector<RunEvent> whole_life() {
  return {accepted(),
          event::Admitted{at(1), 1},
          event::Submitted{at(2), job_key(train_id)},
          event::Released{at(3), job_key(store_id)},
          event::Started{at(101), at(100), "n1"},
          event::Ended{at(3701), JobRole::train, ended_job(train_id, JobOutcome::completed)},
          used(train_id),
          settled(Result::completed),
          event::Ended{at(3801), JobRole::store, ended_job(store_id, JobOutcome::completed, 0)},
          used(store_id, 0, JobRole::store),
          event::Stored{at(3802), 3, 4096}};
}

// Returns the first `count` events of whole_life(), followed by the events `instead`.
inline std::vector<RunEvent> life_until(std::size_t count, std::vector<RunEvent> instead = {}) {
  std::vector<RunEvent> events = whole_life();
  events.resize(count);
  events.insert(events.end(), instead.begin(), instead.end());
  return events;
}

inline TrainingRun run_of(std::int64_t id, const std::vector<RunEvent>& events) { return fold(id, events); }

}  // namespace trainyard::testing
