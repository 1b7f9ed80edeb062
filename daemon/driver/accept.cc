// Submission: from read manifests to accepted runs, all or none.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/error.h"
#include "daemon/driver/driver.h"

namespace trainyard {
namespace {

// Runs of a sweep mostly name the same data: each is listed once.
std::vector<DataSpec> distinct_data(const std::vector<Manifest>& manifests) {
  std::vector<DataSpec> distinct;
  for (const Manifest& manifest : manifests)
    if (manifest.data && std::find(distinct.begin(), distinct.end(), *manifest.data) == distinct.end())
      distinct.push_back(*manifest.data);
  return distinct;
}

bool wants_code(const SubmitRequest& request) { return !request.dry_run && !request.code_digest.empty(); }

}  // namespace

std::optional<SubmitAnswer> Driver::submitted_before(const Submission& submission) const {
  if (submission.client_id.empty()) return std::nullopt;
  std::optional<SubmittedRuns> before = ledger_.find_submission(submission.uid, submission.client_id);
  if (!before) return std::nullopt;
  if (!before->contents.empty() && before->contents != submission.contents)
    throw Error(ErrorKind::invalid,
                fmt::format("client_id: {} stands for another submission already, that of run {}; a new "
                            "submission needs a new one",
                            submission.client_id, before->run_ids.front()));
  SubmitAnswer answer;
  answer.runs = static_cast<int>(before->run_ids.size());
  answer.run_ids = std::move(before->run_ids);
  answer.repeated = true;
  return answer;
}

void Driver::submit(SubmitRequest request, std::function<void(SubmitAnswer)> answer,
                    std::function<void(std::exception_ptr)> failed) {
  try {
    check_live_runs(request.owner.name, ledger_.live_runs_of(request.owner.uid), request.manifests.size(),
                    settings_.max_live_runs_per_user);
    for (const Manifest& manifest : request.manifests)
      check_fits(settings_.plans, resolve_plan(settings_.plans, manifest.resources.plan, request.owner.name),
                 manifest);
  } catch (const Error&) {
    return failed(std::current_exception());
  }
  auto shared = std::make_shared<SubmitRequest>(std::move(request));
  check_names(
      *shared,
      [this, shared, answer = std::move(answer), failed] { list_and_accept(shared, answer, failed); },
      failed);
}

// What lies in the user's files is looked at by his deputy; a submission that has nothing there does not wait
// for it.
void Driver::list_and_accept(const std::shared_ptr<SubmitRequest>& request,
                             std::function<void(SubmitAnswer)> answer,
                             std::function<void(std::exception_ptr)> failed) {
  auto go_on = [this, request, answer = std::move(answer), failed](const std::vector<SourceList>& sources) {
    SubmitAnswer accepted;
    try {
      accepted = accept(*request, sources);
    } catch (...) {
      return failed(std::current_exception());
    }
    answer(std::move(accepted));
  };
  if (distinct_data(request->manifests).empty() && !wants_code(*request)) return go_on({});
  ScratchPlace scratch;
  try {
    scratch = scratch_of(request->owner, request->home);
  } catch (...) {
    return failed(std::current_exception());
  }
  lanes_.run(
      lane_key(request->owner.uid, StepLane::files),
      [this, request, scratch] { return list_all(*request, scratch); }, std::move(go_on), failed);
}

// In the owner's lane. A source that is not there, or may not be read, refuses the submission.
std::vector<SourceList> Driver::list_all(const SubmitRequest& request, const ScratchPlace& scratch) const {
  if (wants_code(request) &&
      !steps_.users().files_of(request.owner.uid, scratch)->find_code(request.code_digest))
    throw Error(ErrorKind::invalid, "code: " + request.code_digest + " was not uploaded: PUT it first");
  std::vector<SourceList> sources;
  for (const DataSpec& data : distinct_data(request.manifests))
    sources.push_back(steps_.list_sources(request.owner, scratch, data));
  return sources;
}

SubmitAnswer Driver::accept(const SubmitRequest& request, const std::vector<SourceList>& sources) {
  if (std::optional<SubmitAnswer> before = submitted_before(request.submission)) return *before;
  check_live_runs(request.owner.name, ledger_.live_runs_of(request.owner.uid), request.manifests.size(),
                  settings_.max_live_runs_per_user);
  SubmitAnswer answer;
  ScratchPlace scratch = scratch_of(request.owner, request.home);
  std::vector<DataSpec> data = distinct_data(request.manifests);
  std::vector<std::string> digests;
  std::map<std::string, event::Wanted> wanted;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::string& digest = sources[i].digest;
    digests.push_back(digest);
    auto known = data_sets_.find(digest);
    DataSetState state = known == data_sets_.end() ? DataSetState::evicted : known->second.data_set.state;
    bool is_new = state == DataSetState::evicted || state == DataSetState::failed;
    if (is_new)
      wanted.emplace(digest, event::Wanted{now(), request.owner, data[i], sources[i].objects,
                                           sources[i].size_bytes, scratch});
    answer.data_sets.push_back(
        {data[i].source, digest, is_new ? "new" : to_string(state), sources[i].size_bytes});
  }
  std::vector<event::Accepted> runs;
  for (const Manifest& manifest : request.manifests) {
    event::Accepted run;
    run.at = now();
    run.owner = request.owner;
    run.manifest = manifest;
    run.plan = resolve_plan(settings_.plans, manifest.resources.plan, request.owner.name);
    run.account = account_of(manifest, request.owner);
    run.scratch = scratch;
    if (manifest.data)
      run.dataset_digest = digests.at(
          static_cast<std::size_t>(std::find(data.begin(), data.end(), *manifest.data) - data.begin()));
    if (std::holds_alternative<CommandSpec>(manifest.program)) run.code_digest = request.code_digest;
    answer.plan = run.plan;
    answer.gpus += manifest.resources.gpus();
    runs.push_back(std::move(run));
  }
  answer.runs = static_cast<int>(runs.size());
  answer.jobs = 2 * answer.runs + static_cast<int>(wanted.size());
  if (auto plan = settings_.plans.find(answer.plan); plan != settings_.plans.end() && !runs.empty()) {
    TrainingRun like;
    apply_event(like, runs.front());
    answer.plan_gpus = plan->second.gpus;
    answer.plan_gpus_in_use =
        plan_use(settings_.plans, live_runs())[limited_party(settings_.plans, like)].gpus;
  }
  if (request.dry_run) return answer;

  answer.run_ids = ledger_.accept(request.submission, runs, wanted).run_ids;
  for (const auto& [digest, event] : wanted) {
    LiveDataSet& live = data_sets_[digest];
    live.data_set.digest = digest;
    apply_event(live.data_set, event);
    consider(digest);
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    TrainingRun& run = runs_[answer.run_ids[i]].run;
    run.id = answer.run_ids[i];
    apply_event(run, runs[i]);
    ++queued_;
  }
  tell("event=accepted runs=" + std::to_string(runs.size()));
  admit_soon();
  return answer;
}

}  // namespace trainyard
