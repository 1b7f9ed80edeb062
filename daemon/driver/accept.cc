// Submission: from read manifests to accepted runs, all or none.
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

std::int64_t total_size(const Sources& sources) {
  std::int64_t bytes = 0;
  for (const SourceObject& object : sources.objects) bytes += object.size_bytes;
  for (const SourceObject& object : sources.test_objects) bytes += object.size_bytes;
  return bytes;
}

}  // namespace

void Driver::submit(SubmitRequest request, std::function<void(SubmitAnswer)> answer,
                    std::function<void(std::exception_ptr)> failed) {
  try {
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

void Driver::list_and_accept(const std::shared_ptr<SubmitRequest>& request,
                             std::function<void(SubmitAnswer)> answer,
                             std::function<void(std::exception_ptr)> failed) {
  io_.run([this, request] { return list_all(*request); },
          [this, request, answer = std::move(answer), failed](std::vector<Sources> sources) {
            SubmitAnswer accepted;
            try {
              accepted = accept(*request, sources);
            } catch (...) {
              return failed(std::current_exception());
            }
            answer(std::move(accepted));
          },
          failed);
}

// On an I/O worker. A source that is not there, or may not be read, refuses the submission.
std::vector<Sources> Driver::list_all(const SubmitRequest& request) const {
  std::vector<Sources> sources;
  for (const DataSpec& data : distinct_data(request.manifests))
    sources.push_back(steps_.list_sources(request.owner, data));
  return sources;
}

SubmitAnswer Driver::accept(const SubmitRequest& request, const std::vector<Sources>& sources) {
  SubmitAnswer answer;
  std::vector<DataSpec> data = distinct_data(request.manifests);
  std::vector<std::string> digests;
  std::map<std::string, event::Wanted> wanted;
  for (std::size_t i = 0; i < data.size(); ++i) {
    std::string digest = digest_of(request.owner, data[i], sources[i].objects, sources[i].test_objects);
    digests.push_back(digest);
    auto known = data_sets_.find(digest);
    DataSetState state = known == data_sets_.end() ? DataSetState::evicted : known->second.data_set.state;
    bool is_new = state == DataSetState::evicted || state == DataSetState::failed;
    if (is_new)
      wanted.emplace(
          digest, event::Wanted{now(), request.owner, data[i], sources[i].objects, sources[i].test_objects});
    answer.data_sets.push_back(
        {data[i].source, digest, is_new ? "new" : to_string(state), total_size(sources[i])});
  }
  std::vector<event::Accepted> runs;
  for (const Manifest& manifest : request.manifests) {
    event::Accepted run;
    run.at = now();
    run.owner = request.owner;
    run.manifest = manifest;
    run.plan = resolve_plan(settings_.plans, manifest.resources.plan, request.owner.name);
    run.account = account_of(manifest, request.owner);
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
  if (std::optional<SubmittedRuns> before =
          ledger_.find_submission(request.submission.uid, request.submission.client_id)) {
    answer.run_ids = before->run_ids;
    answer.repeated = true;
    return answer;
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
