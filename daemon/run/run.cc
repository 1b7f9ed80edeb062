#include "daemon/run/run.h"

#include <algorithm>
#include <array>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

RunState state_of(Result result) {
  switch (result) {
    case Result::completed:
      return RunState::completed;
    case Result::failed:
      return RunState::failed;
    case Result::cancelled:
      return RunState::cancelled;
  }
  return RunState::failed;
}

void end_run(TrainingRun& run, RunState state, UtcSeconds at) {
  run.state = state;
  run.ended_at = at;
}

Segment* find_charge(TrainingRun& run, const JobKey& job, int restart) {
  for (Segment& segment : run.charges)
    if (segment.job == job && segment.restart == restart) return &segment;
  return nullptr;
}

// Adds the segment to the run's charges unless its job and restart are already charged, as the ledger does,
// too.
void charge(TrainingRun& run, const std::optional<Segment>& segment) {
  if (!segment || find_charge(run, segment->job, segment->restart) != nullptr) return;
  run.charges.push_back(*segment);
  run.gpu_seconds += gpu_seconds(*segment);
}

RunJob submitted_job(const JobKey& key) {
  RunJob job;
  job.key = key;
  return job;
}

void apply(TrainingRun& run, const event::Accepted& e) {
  run.owner = e.owner;
  run.manifest = Lazy<Manifest>(e.manifest);
  run.name = e.manifest.name;
  run.account = e.account.empty() ? e.manifest.resources.account : e.account;
  run.gpus = e.manifest.resources.gpus();
  run.plan = e.plan;
  run.dataset_digest = e.dataset_digest;
  run.code_digest = e.code_digest;
  run.scratch = e.scratch;
  run.accepted_at = e.at;
}

void apply(TrainingRun& run, const event::Admitted& e) {
  if (run.state != RunState::queued) return;
  Attempt& attempt = run.attempts.emplace_back();
  attempt.number = e.attempt;
  attempt.admitted_at = e.at;
  attempt.array = e.array;
  attempt.avoid = run.avoid;
  run.waits_for.clear();
  run.state = RunState::admitted;
}

void apply(TrainingRun& run, const event::Submitted& e) {
  if (run.state != RunState::admitted) return;
  run.attempts.back().train = submitted_job(e.train);
  run.state = RunState::submitted;
}

void apply(TrainingRun& run, const event::Released& e) {
  if (run.state != RunState::submitted) return;
  run.attempts.back().store = submitted_job(e.store);
  run.attempts.back().store_tries = 1;
  run.attempts.back().released_at = e.at;
  run.state = RunState::released;
}

void apply(TrainingRun& run, const event::Started& e) {
  if (run.state != RunState::released) return;
  run.attempts.back().train->started_at = e.started_at;
  run.attempts.back().train->nodes = e.nodes;
  run.attempts.back().train->gpus = e.gpus;
  run.state = RunState::running;
}

void apply(TrainingRun& run, const event::Reassigned& e) { run.account = e.account; }

// Usage is charged in every state of the run.
void apply(TrainingRun& run, const event::Used& e) { charge(run, e.segment); }

void apply(TrainingRun& run, const event::Unknown&) { run.is_of_newer_release = true; }

void apply(TrainingRun& run, const event::Waiting& e) { run.waits_for = e.what.what; }

void apply(TrainingRun& run, const event::Suspended& e) {
  if (run.state == RunState::running) run.attempts.back().suspended_since = e.since;
}

void apply(TrainingRun& run, const event::Resumed& e) {
  if (run.state != RunState::running) return;
  run.attempts.back().suspended_since.reset();
  run.attempts.back().suspensions.push_back(e.suspended);
}

void apply(TrainingRun& run, const event::Ended& e) {
  if (run.attempts.empty()) return;
  std::optional<RunJob>& job =
      e.role == JobRole::train ? run.attempts.back().train : run.attempts.back().store;
  if (!job || job->end) return;
  job->end = e.job;
  job->end_known_at = e.at;
  job->started_at = e.job.started_at;
  job->ended_at = e.job.ended_at;
  if (!e.job.nodes.empty()) job->nodes = e.job.nodes;
  if (e.role == JobRole::train && occupies_plan(run.state)) run.state = RunState::ended;
}

void apply(TrainingRun& run, const event::Settled& e) {
  if (run.state != RunState::ended) return;
  charge(run, e.segment);
  run.result = e.result;
  run.cause = run.attempts.back().cause = e.cause;
  run.reason = e.reason;
  run.exit_code = e.exit_code;
  run.signal = e.signal;
  run.last_lines = e.last_lines;
  run.state = RunState::storing;
  // A run that was cancelled before its release has no store job and no results to store.
  if (!run.attempts.back().store) end_run(run, state_of(e.result), e.at);
}

void apply(TrainingRun& run, const event::Stored& e) {
  if (run.state != RunState::storing) return;
  charge(run, e.segment);
  run.stored_objects = e.objects;
  run.stored_bytes = e.size_bytes;
  end_run(run, state_of(run.result.value_or(Result::failed)), e.at);
}

void apply(TrainingRun& run, const event::StoreRetried& e) {
  if (run.state != RunState::storing || has_live_store_job(run)) return;
  charge(run, e.segment);
  run.attempts.back().store = submitted_job(e.store);
  ++run.attempts.back().store_tries;
}

void apply(TrainingRun& run, const event::Failed& e) {
  if (is_over(run.state)) return;
  charge(run, e.segment);
  run.reason = run.reason.empty() ? e.reason : run.reason + "; " + e.reason;
  // The state is cancelled, and not failed, if the user cancelled the run and then its output could not be
  // stored, or if the user cancelled the storing of its results.
  const bool is_cancelled =
      run.result == Result::cancelled || (run.store_cancel_requested && run.result == Result::completed);
  end_run(run, is_cancelled ? RunState::cancelled : RunState::failed, e.at);
}

void apply(TrainingRun& run, const event::CancelRequested& e) {
  if (is_over(run.state)) return;
  if (run.state == RunState::storing) run.store_cancel_requested = true;
  if (run.cancel_requested) return;
  run.cancel_requested = true;
  run.cancelled_by = e.by;
}

void apply(TrainingRun& run, const event::Cancelled& e) {
  if (is_over(run.state)) return;
  if (run.reason.empty()) run.reason = "cancelled by " + run.cancelled_by;
  end_run(run, RunState::cancelled, e.at);
}

void apply(TrainingRun& run, const event::Retried& e) {
  if (run.state != RunState::ended && run.state != RunState::admitted && run.state != RunState::submitted)
    return;
  charge(run, e.segment);
  run.attempts.back().cause = e.cause;
  run.attempts.back().reason = e.reason;
  if (!is_free(e.cause)) ++run.program_attempts;
  run.avoid = e.avoid;
  run.state = RunState::queued;
}

void apply(TrainingRun& run, const event::Corrected& e) {
  if (Segment* wrong = find_charge(run, e.was.job, e.was.restart)) *wrong = e.is;
  run.gpu_seconds += gpu_seconds(e.is) - gpu_seconds(e.was);
}

constexpr std::array shown_names{"queued",  "staging",   "pending", "running",
                                 "storing", "completed", "failed",  "cancelled"};

constexpr std::array all_roles{JobRole::stage, JobRole::train, JobRole::store};

}  // namespace

void apply_event(TrainingRun& run, const RunEvent& event) {
  std::visit([&run](const auto& e) { apply(run, e); }, event);
}

TrainingRun fold(std::int64_t id, const std::vector<RunEvent>& events) {
  TrainingRun run;
  run.id = id;
  for (const RunEvent& event : events) apply_event(run, event);
  return run;
}

bool is_over(RunState state) {
  return state == RunState::completed || state == RunState::failed || state == RunState::cancelled;
}

bool may_be_tried_again(const TrainingRun& run) {
  return !run.cancel_requested && run.program_attempts + 1 < run.manifest->retry.attempts;
}

bool occupies_plan(RunState state) {
  return state == RunState::admitted || state == RunState::submitted || state == RunState::released ||
         state == RunState::running;
}

bool has_live_train_job(const TrainingRun& run) {
  const Attempt* attempt = run.attempt();
  return attempt != nullptr && attempt->train && !attempt->train->end;
}

bool has_live_store_job(const TrainingRun& run) {
  const Attempt* attempt = run.attempt();
  return attempt != nullptr && attempt->store && !attempt->store->end;
}

const Segment* charge_of(const TrainingRun& run, const JobKey& job) {
  for (auto segment = run.charges.rbegin(); segment != run.charges.rend(); ++segment)
    if (segment->job == job) return &*segment;
  return nullptr;
}

std::string token_prefix(const std::string& ledger_id) { return "ty-" + ledger_id + "-"; }

Token token_of(const std::string& ledger_id, std::int64_t run_id, int attempt, JobRole role) {
  return token_prefix(ledger_id) + std::to_string(run_id) + "." + std::to_string(attempt) + "-" +
         to_string(role);
}

Token token_of(const std::string& ledger_id, const TrainingRun& run, JobRole role) {
  const Attempt& attempt = *run.attempt();
  const std::optional<RunJob>& job = role == JobRole::train ? attempt.train : attempt.store;
  bool in_array = attempt.array && (!job || job->key.task);
  if (!in_array) return token_of(ledger_id, run.id, attempt.number, role);
  return token_prefix(ledger_id) + "a" + std::to_string(attempt.array->first_run) + "." +
         std::to_string(attempt.array->first_attempt) + "-" + to_string(role);
}

// A token is the prefix, followed by "7.1-train", "a7.1-train" or "0123456789abcdef.1-stage".
std::optional<NamedJob> parse_token(const std::string& ledger_id, const Token& token) {
  const std::string prefix = token_prefix(ledger_id);
  if (!token.starts_with(prefix)) return std::nullopt;
  std::string rest = token.substr(prefix.size());
  std::size_t dot = rest.find('.'), dash = rest.find('-');
  if (dot == std::string::npos || dash == std::string::npos || dot > dash) return std::nullopt;
  NamedJob named;
  std::string what = rest.substr(0, dot), role = rest.substr(dash + 1);
  auto found =
      std::find_if(all_roles.begin(), all_roles.end(), [&](JobRole each) { return role == to_string(each); });
  std::optional<int> attempt = whole_number<int>(rest.substr(dot + 1, dash - dot - 1));
  if (found == all_roles.end() || !attempt) return std::nullopt;
  named.role = *found;
  named.attempt = *attempt;
  if (named.role == JobRole::stage) {
    named.digest = what;
    return named;
  }
  named.is_array = what.starts_with('a');
  std::optional<std::int64_t> run_id = whole_number<std::int64_t>(what.substr(named.is_array ? 1 : 0));
  if (!run_id) return std::nullopt;
  named.run_id = *run_id;
  return named;
}

ShownState shown_state(RunState state, bool data_ready) {
  switch (state) {
    case RunState::queued:
      return ShownState::queued;
    case RunState::admitted:
    case RunState::submitted:
    case RunState::released:
      return data_ready ? ShownState::pending : ShownState::staging;
    case RunState::running:
      return ShownState::running;
    case RunState::ended:
    case RunState::storing:
      return ShownState::storing;
    case RunState::completed:
      return ShownState::completed;
    case RunState::failed:
      return ShownState::failed;
    case RunState::cancelled:
      return ShownState::cancelled;
  }
  return ShownState::failed;
}

const char* to_string(ShownState state) { return shown_names.at(static_cast<std::size_t>(state)); }

ShownState shown_state_from(const std::string& name) {
  for (std::size_t i = 0; i < shown_names.size(); ++i)
    if (name == shown_names[i]) return static_cast<ShownState>(i);
  std::string known;
  for (const char* shown : shown_names) known += std::string(known.empty() ? "" : ", ") + shown;
  throw Error(ErrorKind::invalid, "no such state: \"" + name + "\"; one of " + known);
}

}  // namespace trainyard
