#include "daemon/run/admission.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr int jobs_per_run = 2;  // train and store

std::string run_list(const std::vector<std::int64_t>& runs) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min<std::size_t>(runs.size(), 3); ++i)
    names.push_back(std::to_string(runs[i]));
  if (runs.size() > 3) names.push_back("…");
  return (runs.size() == 1 ? "run " : "runs ") + join(names, ", ");
}

std::shared_ptr<const WaitingFor> shared_wait(std::string what, std::string words) {
  return std::make_shared<const WaitingFor>(WaitingFor{std::move(what), std::move(words)});
}

std::shared_ptr<const WaitingFor> plan_is_full(const Plan& plan, const PlanUse& use) {
  return shared_wait("plan", fmt::format("plan {}: {} of {} GPU{} in use by {}", plan.name, use.gpus,
                                         plan.gpus, plan.gpus == 1 ? "" : "s", run_list(use.runs)));
}

}  // namespace

// ---- room in the scheduler

void JobCount::add(const TrainingRun& live, int change) {
  const int jobs =
      occupies_plan(live.state) ? jobs_per_run : has_live_train_job(live) + has_live_store_job(live);
  in_all += change * jobs;
  if (live.gpus == 0) of_runs_without_gpus += change * jobs;
}

JobRoom::JobRoom(int most_jobs, const JobCount& held)
    : in_all_(most_jobs - held.in_all),
      without_gpus_(std::max(jobs_per_run, most_jobs / 2) - held.of_runs_without_gpus) {}

bool JobRoom::has_room_for(const TrainingRun& queued) const {
  return in_all_ >= jobs_per_run && (queued.gpus > 0 || without_gpus_ >= jobs_per_run);
}

void JobRoom::take(const TrainingRun& admitted) {
  in_all_ -= jobs_per_run;
  if (admitted.gpus == 0) without_gpus_ -= jobs_per_run;
}

// ---- the queue

const WaitingFor* QueueWaits::find(std::int64_t run_id) const {
  auto found = std::ranges::lower_bound(waits_, run_id, {}, [](const auto& wait) { return wait.first; });
  return found != waits_.end() && found->first == run_id ? found->second.get() : nullptr;
}

void QueueAdmission::admit_or_let_wait(const TrainingRun& queued) {
  find_party(queued);
  const Plan* plan = queued.gpus > 0 ? find_plan(plans_, queued.plan) : nullptr;
  SharedWait wait = plan == nullptr ? nullptr : wait_for_plan(*plan, queued);
  if (!wait) wait = wait_for_data(queued);
  if (!wait) wait = wait_for_room(queued);
  if (wait)
    let_wait(queued, plan, std::move(wait));
  else
    admit(queued, plan);
}

void QueueAdmission::find_party(const TrainingRun& run) {
  if (party_ != nullptr && last_.plan == run.plan && last_.user == run.owner.name &&
      last_.account == run.account)
    return;
  last_ = party_of(run);
  const std::string name = limited_party(plans_, last_);
  party_ = &parties_[name];
  party_->use = &use_[name];
}

QueueAdmission::SharedWait QueueAdmission::wait_for_plan(const Plan& plan, const TrainingRun& run) const {
  if (party_->use->gpus + run.gpus > plan.gpus)
    return party_->has_waiting ? party_->full : plan_is_full(plan, *party_->use);
  return party_->has_waiting ? party_->behind_first : nullptr;
}

QueueAdmission::SharedWait QueueAdmission::wait_for_data(const TrainingRun& run) const {
  static const SharedWait data = shared_wait("data", "its data set is about to be staged");
  return run.dataset_digest.empty() || data_on_its_way_.contains(run.dataset_digest) ? nullptr : data;
}

QueueAdmission::SharedWait QueueAdmission::wait_for_room(const TrainingRun& run) const {
  static const SharedWait none =
      shared_wait("max_jobs", "the daemon's limit of jobs in Slurm is reached ([slurm] max_jobs)");
  static const SharedWait none_without_gpus = shared_wait(
      "max_jobs", "runs without GPUs have their half of the daemon's jobs in Slurm ([slurm] max_jobs)");
  if (room_.has_room_for(run)) return nullptr;
  return room_.in_all() < jobs_per_run ? none : none_without_gpus;
}

void QueueAdmission::admit(const TrainingRun& run, const Plan* plan) {
  admission_.admitted.push_back(run.id);
  room_.take(run);
  if (plan == nullptr) return;
  party_->use->gpus += run.gpus;
  party_->use->runs.push_back(run.id);
}

void QueueAdmission::let_wait(const TrainingRun& run, const Plan* plan, SharedWait wait) {
  admission_.waiting.add(run.id, std::move(wait));
  if (plan == nullptr || std::exchange(party_->has_waiting, true)) return;
  party_->full = plan_is_full(*plan, *party_->use);
  party_->behind_first = shared_wait("plan", fmt::format("plan {}: behind run {}", plan->name, run.id));
}

}  // namespace trainyard
