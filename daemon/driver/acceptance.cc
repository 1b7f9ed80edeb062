#include "daemon/driver/acceptance.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

// Returns the first manifest of each group of runs that are alike (RunsAlike).
std::vector<const Manifest*> distinct_manifests(const SubmitRequest& request) {
  std::vector<const Manifest*> distinct;
  for (const RunsAlike& row : request.alike) distinct.push_back(&request.manifests[row.first]);
  return distinct;
}

// Returns the data that the manifests name, without duplicates, so that each source is listed once.
std::vector<DataSpec> distinct_data(const SubmitRequest& request) {
  std::vector<DataSpec> distinct;
  for (const Manifest* manifest : distinct_manifests(request))
    if (manifest->data && std::ranges::find(distinct, *manifest->data) == distinct.end())
      distinct.push_back(*manifest->data);
  return distinct;
}

bool are_alike(const Manifest& a, const Manifest& b) {
  return a.resources == b.resources && a.data == b.data && a.program.index() == b.program.index();
}

bool wants_code(const SubmitRequest& request) { return !request.dry_run && !request.code_digest.empty(); }

}  // namespace

std::vector<RunsAlike> runs_alike(const std::vector<Manifest>& manifests) {
  std::vector<RunsAlike> alike;
  for (std::size_t i = 0; i < manifests.size(); ++i)
    if (!alike.empty() && are_alike(manifests[alike.back().first], manifests[i]))
      ++alike.back().count;
    else
      alike.push_back({i, 1});
  return alike;
}

// The data that the manifests of a submission name.
struct Acceptance::Data {
  std::vector<DataSpec> specs;
  std::vector<std::string> digests{};           // one for each of `specs`
  std::map<std::string, event::Wanted> sets{};  // by digest
  std::vector<SubmitAnswer::DataSetPlan> plans{};

  int count_new() const {
    return static_cast<int>(std::ranges::count(plans, "new", &SubmitAnswer::DataSetPlan::state));
  }
};

// The answer to a SubmitRequest, and the submission that must be written before the answer is given; no
// submission: it is given at once.
struct Acceptance::Offer {
  SubmitAnswer answer;
  std::optional<NewSubmission> submission;
};

Acceptance::Acceptance(Loop& loop, Workers& lane, Lanes& lanes, Ledger& ledger, Steps& steps,
                       Entities& entities, const DriverSettings& settings)
    : lanes_(lanes),
      ledger_(ledger),
      steps_(steps),
      entities_(entities),
      settings_(settings),
      names_(loop, lane, steps.reader()),
      writer_(loop, lanes, ledger, entities) {}

ScratchPlace Acceptance::scratch_of(const Owner& owner, const std::string& home) const {
  return scratch_place(settings_.scratch, {owner.name, owner.uid, home}, ledger_.id());
}

std::optional<SubmitAnswer> Acceptance::submitted_before(const Submission& submission) const {
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

void Acceptance::check_limits(const SubmitRequest& request) const {
  const std::uint32_t uid = request.owner.uid;
  check_live_runs(request.owner.name, ledger_.live_runs_of(uid) + writer_.unwritten_runs_of(uid),
                  request.manifests.size(), settings_.max_live_runs_per_user);
}

void Acceptance::submit(SubmitRequest request, Answer answer, Failed failed) {
  if (request.alike.empty()) request.alike = runs_alike(request.manifests);
  try {
    check_limits(request);
    for (const Manifest* manifest : distinct_manifests(request))
      check_fits(settings_.plans, resolve_plan(settings_.plans, manifest->resources.plan, request.owner.name),
                 *manifest);
  } catch (const Error&) {
    return failed(std::current_exception());
  }
  auto shared = std::make_shared<SubmitRequest>(std::move(request));
  names_.check(
      {shared->owner.name, shared->groups, shared->submission.file}, distinct_manifests(*shared),
      [this, shared, answer = std::move(answer), failed] { list_and_accept(shared, answer, failed); },
      failed);
}

// Has the owner's deputy check that the uploaded code is there, and list the objects of the data sources;
// then calls accept(). For a submission without code and data, calls accept() at once.
void Acceptance::list_and_accept(const std::shared_ptr<SubmitRequest>& request, Answer answer,
                                 const Failed& failed) {
  auto go_on = [this, request, answer = std::move(answer), failed](const std::vector<SourceList>& sources) {
    accept(request, sources, answer, failed);
  };
  if (distinct_data(*request).empty() && !wants_code(*request)) return go_on({});
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

// Lists the objects of each data source of the request, by the owner's deputy. Runs in the owner's lane.
// Throws if a source is missing or unreadable, or if the code was not uploaded; the submission is then
// refused.
std::vector<SourceList> Acceptance::list_all(const SubmitRequest& request,
                                             const ScratchPlace& scratch) const {
  if (wants_code(request) &&
      !steps_.users().files_of(request.owner.uid, scratch)->find_code(request.code_digest))
    throw Error(ErrorKind::invalid, "code: " + request.code_digest + " was not uploaded: PUT it first");
  std::vector<SourceList> sources;
  for (const DataSpec& data : distinct_data(request))
    sources.push_back(steps_.list_sources(request.owner, scratch, data));
  return sources;
}

std::string Acceptance::state_of(const std::string& digest) const {
  return entities_.has_data_set(digest) ? to_string(entities_.data_sets().at(digest).data_set.state) : "new";
}

Acceptance::Data Acceptance::data_of(const SubmitRequest& request, const std::vector<SourceList>& sources,
                                     const ScratchPlace& scratch) const {
  Data data{.specs = distinct_data(request)};
  for (std::size_t i = 0; i < data.specs.size(); ++i) {
    const SourceList& source = sources[i];
    data.sets.emplace(source.digest, event::Wanted{now(), request.owner, data.specs[i], source.objects,
                                                   source.size_bytes, scratch});
    data.digests.push_back(source.digest);
    data.plans.push_back({data.specs[i].source, source.digest, state_of(source.digest), source.size_bytes});
  }
  return data;
}

// Makes the Accepted event of a run, but without the manifest, which is large.
event::Accepted Acceptance::run_of(const SubmitRequest& request, const Manifest& manifest, const Data& data,
                                   const ScratchPlace& scratch) const {
  event::Accepted run;
  run.at = now();
  run.owner = request.owner;
  run.plan = resolve_plan(settings_.plans, manifest.resources.plan, request.owner.name);
  run.account = names_.account_of(manifest, request.owner.name);
  run.scratch = scratch;
  if (manifest.data) {
    auto spec = std::ranges::find(data.specs, *manifest.data);
    run.dataset_digest = data.digests.at(static_cast<std::size_t>(spec - data.specs.begin()));
  }
  if (std::holds_alternative<CommandSpec>(manifest.program)) run.code_digest = request.code_digest;
  return run;
}

void Acceptance::tell_plan(SubmitAnswer& answer, const event::Accepted& first) const {
  auto plan = settings_.plans.find(answer.plan);
  if (plan == settings_.plans.end()) return;
  const PlanParty party{first.plan, first.owner.name, first.account};
  answer.plan_gpus = plan->second.gpus;
  answer.plan_gpus_in_use =
      entities_.tally().gpus_in_use(settings_.plans, limited_party(settings_.plans, party));
}

// Writes the submission, then calls `answer`. If a submission with the same client id is being written, waits
// until that is written and then answers with its runs.
void Acceptance::accept(const std::shared_ptr<SubmitRequest>& request, const std::vector<SourceList>& sources,
                        const Answer& answer, const Failed& failed) {
  auto again = [=, this] { accept(request, sources, answer, failed); };
  if (writer_.wait_for(request->submission, again)) return;
  Offer offer;
  try {
    offer = offer_of(*request, sources);
  } catch (...) {
    return failed(std::current_exception());
  }
  if (!offer.submission) return answer(std::move(offer.answer));
  auto written = [this, answer, told = std::move(offer.answer)](WrittenSubmission submission) mutable {
    told.run_ids = std::move(submission.run_ids);
    entities_.tell("event=accepted runs={}", told.runs);
    accepted_(submission.wanted);
    answer(std::move(told));
  };
  writer_.write(std::move(*offer.submission), std::move(written), failed);
}

// Makes the answer to the request. Unless it is a dry run or was accepted before, also moves the submission
// and the manifests out of the request into the offer, to be written.
Acceptance::Offer Acceptance::offer_of(SubmitRequest& request, const std::vector<SourceList>& sources) const {
  if (std::optional<SubmitAnswer> before = submitted_before(request.submission)) return {*before, {}};
  check_limits(request);
  ScratchPlace scratch = scratch_of(request.owner, request.home);
  Data data = data_of(request, sources, scratch);
  SubmitAnswer answer;
  std::vector<AcceptedAlike> runs;
  for (const RunsAlike& row : request.alike) {
    const Manifest& manifest = request.manifests[row.first];
    runs.push_back({run_of(request, manifest, data, scratch), row.count});
    answer.plan = runs.back().event.plan;
    answer.gpus += static_cast<int>(row.count) * manifest.resources.gpus();
  }
  answer.runs = static_cast<int>(request.manifests.size());
  answer.jobs = 2 * answer.runs + data.count_new();
  answer.data_sets = std::move(data.plans);
  if (!runs.empty()) tell_plan(answer, runs.front().event);
  if (request.dry_run) return {std::move(answer), {}};
  return {std::move(answer), NewSubmission{std::move(request.submission), std::move(runs),
                                           std::move(request.manifests), std::move(data.sets)}};
}

}  // namespace trainyard
