#include "daemon/run/run_tally.h"

#include <algorithm>

namespace trainyard {
namespace {

template <class Key>
void change_count(std::map<Key, int>& counts, const Key& key, int change) {
  auto count = counts.try_emplace(key).first;
  count->second += change;
  if (count->second == 0) counts.erase(count);
}

template <class Runs>
void add_states(std::map<ShownState, int>& states, const Runs& runs, const RunTally::IsReady& is_ready) {
  for (const auto& [kind, count] : runs) {
    const auto& [state, digest] = kind;
    states[shown_state(state, digest.empty() || is_ready(digest))] += count;
  }
}

}  // namespace

void RunTally::add(const TrainingRun& live) {
  if (live.state == RunState::queued) queued_.insert(queued_.end(), live.id);
  count(live, 1);
}

void RunTally::remove(const TrainingRun& live) {
  queued_.erase(live.id);
  count(live, -1);
}

void RunTally::count(const TrainingRun& live, int change) {
  User& user = users_[live.owner.uid];
  change_count(user.runs, {live.state, live.dataset_digest}, change);
  if (!live.code_digest.empty()) change_count(user.code, live.code_digest, change);
  if (!live.dataset_digest.empty()) list_under_data_set(live, change);
  jobs_.add(live, change);
  if (occupies_plan(live.state)) count_gpus(live, change);
  if (user.runs.empty()) users_.erase(live.owner.uid);
}

void RunTally::count_gpus(const TrainingRun& live, int change) {
  const int gpus = gpus_counted(live);
  if (gpus == 0) return;
  change_count(users_[live.owner.uid].gpus_by_plan, live.plan, change * gpus);
  auto claim = claims_.try_emplace(party_of(live)).first;
  claim->second.gpus += change * gpus;
  if (change > 0)
    claim->second.runs.insert(live.id);
  else
    claim->second.runs.erase(live.id);
  if (claim->second.runs.empty()) claims_.erase(claim);
}

void RunTally::list_under_data_set(const TrainingRun& live, int change) {
  auto runs = data_sets_.try_emplace(live.dataset_digest).first;
  if (change > 0)
    runs->second.insert(runs->second.end(), live.id);
  else
    runs->second.erase(live.id);
  if (runs->second.empty()) data_sets_.erase(runs);
}

const std::set<std::int64_t>& RunTally::runs_naming(const std::string& dataset_digest) const {
  static const std::set<std::int64_t> none;
  auto found = data_sets_.find(dataset_digest);
  return found == data_sets_.end() ? none : found->second;
}

const RunTally::User& RunTally::user(std::uint32_t uid) const {
  static const User none;
  auto found = users_.find(uid);
  return found == users_.end() ? none : found->second;
}

std::map<ShownState, int> RunTally::count_by_state(const IsReady& is_ready) const {
  std::map<ShownState, int> states;
  for (const auto& [uid, user] : users_) add_states(states, user.runs, is_ready);
  return states;
}

std::map<ShownState, int> RunTally::count_by_state(std::uint32_t uid, const IsReady& is_ready) const {
  std::map<ShownState, int> states;
  add_states(states, user(uid).runs, is_ready);
  return states;
}

std::map<std::string, PlanUse> RunTally::plan_use(const Plans& plans) const {
  std::map<std::string, PlanUse> all;
  for (const auto& [party, claim] : claims_) {
    PlanUse& use = all[limited_party(plans, party)];
    use.gpus += claim.gpus;
    use.runs.insert(use.runs.end(), claim.runs.begin(), claim.runs.end());
  }
  for (auto& [party, use] : all) std::ranges::sort(use.runs);
  return all;
}

int RunTally::gpus_in_use(const Plans& plans, const std::string& party) const {
  int gpus = 0;
  for (const auto& [each, claim] : claims_)
    if (limited_party(plans, each) == party) gpus += claim.gpus;
  return gpus;
}

std::map<std::string, int> RunTally::gpus_by_plan(std::uint32_t uid) const { return user(uid).gpus_by_plan; }

std::set<std::string> RunTally::code_of(std::uint32_t uid) const {
  std::set<std::string> digests;
  for (const auto& [digest, runs] : user(uid).code) digests.insert(digest);
  return digests;
}

}  // namespace trainyard
