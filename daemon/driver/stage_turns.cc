#include "daemon/driver/stage_turns.h"

#include <fmt/format.h>

#include <tuple>

namespace trainyard {
namespace {

const std::string& store_of(const LiveDataSet& live) { return live.data_set.data.store.store; }

// Returns true if the stage job of the data set is in the scheduler, or is being submitted.
bool has_turn(const LiveDataSet& live) {
  const DataSetState state = live.data_set.state;
  return state == DataSetState::staging || (state == DataSetState::wanted && live.busy);
}

bool waits_for_turn(const LiveDataSet& live) {
  return live.data_set.state == DataSetState::wanted && !live.is_occupied() &&
         !live.data_set.is_of_newer_release;
}

}  // namespace

// Returns the data sets of the object store whose stage jobs are in the scheduler or are being submitted:
// these have a turn. The first call for a store also finds those whose stage jobs an earlier daemon
// submitted.
StageTurns::Digests& StageTurns::turns_of(const std::string& store) {
  const auto [turns, is_first] = turns_.try_emplace(store);
  if (is_first)
    for (const auto& [digest, live] : entities_.data_sets())
      if (store_of(live) == store) turns->second.insert(digest);
  std::erase_if(turns->second, [this](const std::string& digest) {
    const auto live = entities_.data_sets().find(digest);
    return live == entities_.data_sets().end() || !has_turn(live->second);
  });
  return turns->second;
}

LiveDataSet* StageTurns::begin_next(const std::string& store) {
  if (!has_limit(store)) return nullptr;
  Digests& turns = turns_of(store);
  if (turns.size() >= static_cast<std::size_t>(stores_.stage_limits_of(store).jobs)) return nullptr;
  LiveDataSet* next = find_next(store, turns);
  if (next == nullptr) return nullptr;
  turns.insert(next->data_set.digest);
  last_turns_[{store, next->data_set.owner.uid}] = ++turns_begun_;
  return next;
}

LiveDataSet* StageTurns::find_next(const std::string& store, const Digests& turns) {
  std::map<std::uint32_t, int> turns_of_user;
  for (const std::string& digest : turns)
    ++turns_of_user[entities_.data_sets().at(digest).data_set.owner.uid];
  const auto rank = [&](const LiveDataSet& live) {
    const std::uint32_t uid = live.data_set.owner.uid;
    return std::tuple(turns_of_user[uid], last_turns_[{store, uid}], live.data_set.changed_at);
  };
  LiveDataSet* next = nullptr;
  for (auto& [digest, live] : entities_.data_sets())
    if (store_of(live) == store && waits_for_turn(live) && (next == nullptr || rank(live) < rank(*next)))
      next = &live;
  return next;
}

std::string StageTurns::reason_to_wait(const std::string& store) const {
  const int jobs = stores_.stage_limits_of(store).jobs;
  return fmt::format(
      "{} data set{} being fetched from the store {}, the most that its admin allows at a time; "
      "this one waits for its turn",
      jobs, jobs == 1 ? " is" : "s are", store);
}

}  // namespace trainyard
