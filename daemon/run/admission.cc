#include "daemon/run/admission.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr int jobs_per_run = 2;  // train and store

std::vector<std::string> plans_of(const Plans& plans, const std::string& user) {
  std::vector<std::string> names;
  for (const auto& [name, plan] : plans)
    if (plan.members.empty() || plan.members.contains(user)) names.push_back(name);
  return names;
}

const Plan* find_plan(const Plans& plans, const std::string& name) {
  auto found = plans.find(name);
  return found == plans.end() ? nullptr : &found->second;
}

std::string run_list(const std::vector<std::int64_t>& runs) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min<std::size_t>(runs.size(), 3); ++i)
    names.push_back(std::to_string(runs[i]));
  if (runs.size() > 3) names.push_back("…");
  return (runs.size() == 1 ? "run " : "runs ") + join(names, ", ");
}

// In the scheduler, or on their way there.
int jobs_of(const TrainingRun& run) {
  return occupies_plan(run.state) ? jobs_per_run : has_live_train_job(run) + has_live_store_job(run);
}

bool has_room(const JobRoom& room, const TrainingRun& run) {
  return room.in_all >= jobs_per_run && (run.gpus > 0 || room.without_gpus >= jobs_per_run);
}

WaitingFor no_room(const JobRoom& room) {
  return {"max_jobs",
          room.in_all < jobs_per_run
              ? "the daemon's limit of jobs in Slurm is reached ([slurm] max_jobs)"
              : "runs without GPUs have their half of the daemon's jobs in Slurm ([slurm] max_jobs)"};
}

void take(JobRoom& room, const TrainingRun& run) {
  room.in_all -= jobs_per_run;
  if (run.gpus == 0) room.without_gpus -= jobs_per_run;
}

WaitingFor full(const Plan& plan, const PlanUse& use) {
  return {"plan", fmt::format("plan {}: {} of {} GPU{} in use by {}", plan.name, use.gpus, plan.gpus,
                              plan.gpus == 1 ? "" : "s", run_list(use.runs))};
}

}  // namespace

std::string resolve_plan(const Plans& plans, const std::string& asked, const std::string& user) {
  std::vector<std::string> allowed = plans_of(plans, user);
  if (!asked.empty()) {
    if (find_plan(plans, asked) == nullptr)
      throw Error(ErrorKind::invalid,
                  fmt::format("no such plan: {}; {} may ask for: {}", asked, user,
                              allowed.empty() ? "none, this site has no plans" : join(allowed, ", ")));
    for (const std::string& name : allowed)
      if (name == asked) return asked;
    throw Error(ErrorKind::denied, fmt::format("{} is not a member of plan {}; may ask for: {}", user, asked,
                                               allowed.empty() ? "none" : join(allowed, ", ")));
  }
  for (const auto& [name, plan] : plans)
    if (plan.members.contains(user)) return name;
  for (const auto& [name, plan] : plans)
    if (plan.is_default && plan.members.empty()) return name;
  if (plans.empty()) return {};
  throw Error(ErrorKind::denied,
              fmt::format("{} is a member of no plan and there is no default one; {}", user,
                          allowed.empty() ? "ask the admin"
                                          : "name one in [resources] plan: " + join(allowed, ", ")));
}

void check_fits(const Plans& plans, const std::string& plan_name, const Manifest& manifest) {
  const Plan* plan = find_plan(plans, plan_name);
  int gpus = manifest.resources.gpus();
  if (plan == nullptr || gpus <= plan->gpus) return;
  throw Error(
      ErrorKind::invalid,
      fmt::format("{} asks for {} GPUs ({} nodes × {}), plan {} allows {} at a time: it could never start",
                  manifest.name, gpus, manifest.resources.nodes, manifest.resources.gpus_per_node, plan->name,
                  plan->gpus));
}

int gpus_counted(const TrainingRun& run) {
  const Attempt* attempt = run.attempt();
  bool is_on_record = attempt != nullptr && attempt->train && occupies_plan(run.state);
  return is_on_record ? std::max(run.gpus, attempt->train->gpus) : run.gpus;
}

std::string limited_party(const Plans& plans, const TrainingRun& run) {
  const Plan* plan = find_plan(plans, run.plan);
  if (plan == nullptr) return {};
  if (plan->per == Plan::Per::account)
    return run.account.empty() ? fmt::format("{}, default account of {}", plan->name, run.owner.name)
                               : fmt::format("{}, account {}", plan->name, run.account);
  return fmt::format("{}, user {}", plan->name, run.owner.name);
}

std::map<std::string, PlanUse> plan_use(const Plans& plans, const std::vector<const TrainingRun*>& live) {
  std::map<std::string, PlanUse> use;
  for (const TrainingRun* run : live) {
    int gpus = gpus_counted(*run);
    if (!occupies_plan(run->state) || gpus == 0) continue;
    PlanUse& party = use[limited_party(plans, *run)];
    party.gpus += gpus;
    party.runs.push_back(run->id);
  }
  return use;
}

void check_live_runs(const std::string& user, std::int64_t live, std::size_t more, std::int64_t most) {
  if (live + static_cast<std::int64_t>(more) <= most) return;
  throw Error(
      ErrorKind::denied,
      fmt::format("{} has {} runs that are not over, and with {} more there would be more than the {} "
                  "that [daemon] max_live_runs_per_user allows; wait for some to end, or cancel some",
                  user, live, more, most));
}

JobRoom room_for_jobs(int most_jobs, const std::vector<const TrainingRun*>& live) {
  JobRoom room{most_jobs, std::max(jobs_per_run, most_jobs / 2)};
  for (const TrainingRun* run : live) {
    room.in_all -= jobs_of(*run);
    if (run->gpus == 0) room.without_gpus -= jobs_of(*run);
  }
  return room;
}

Admission admit(const Plans& plans, const std::vector<const TrainingRun*>& queued,
                const std::vector<const TrainingRun*>& live, const std::set<std::string>& data_on_its_way,
                JobRoom room) {
  Admission admission;
  std::map<std::string, PlanUse> use = plan_use(plans, live);
  std::map<std::string, std::int64_t> first_waiting;  // who is limited → the run at the head of the line
  for (const TrainingRun* run : queued) {
    std::string party = limited_party(plans, *run);
    const Plan* plan = find_plan(plans, run->plan);
    int gpus = run->gpus;
    auto ahead = first_waiting.find(party);
    if (plan != nullptr && gpus > 0 && use[party].gpus + gpus > plan->gpus) {
      admission.waiting[run->id] = full(*plan, use[party]);
    } else if (plan != nullptr && gpus > 0 && ahead != first_waiting.end()) {
      admission.waiting[run->id] = {"plan", fmt::format("plan {}: behind run {}", plan->name, ahead->second)};
    } else if (!run->dataset_digest.empty() && !data_on_its_way.contains(run->dataset_digest)) {
      admission.waiting[run->id] = {"data", "its data set is about to be staged"};
    } else if (!has_room(room, *run)) {
      admission.waiting[run->id] = no_room(room);
    } else {
      admission.admitted.push_back(run->id);
      take(room, *run);
      use[party].gpus += gpus;
      use[party].runs.push_back(run->id);
      continue;
    }
    if (plan != nullptr && gpus > 0) first_waiting.try_emplace(party, run->id);
  }
  return admission;
}

}  // namespace trainyard
