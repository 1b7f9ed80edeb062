// StageTurns: decides which data sets are staged next from a store whose admin limits the number of its stage
// jobs ([stores.NAME] stage_jobs). A data set has its turn from the begin of its step `stage` until its stage
// job has ended, or the step has ended without a job. The next turn is for the user who has the fewest turns
// of this store at that moment. Among several such users it is for the one whose last turn began earliest,
// and among the data sets of a user for the one that has waited longest. Used on the loop.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "daemon/driver/entities.h"
#include "daemon/run/stores.h"

namespace trainyard {

class StageTurns {
 public:
  StageTurns(Entities& entities, const Stores& stores) : entities_(entities), stores_(stores) {}

  bool has_limit(const std::string& store) const { return stores_.stage_limits_of(store).jobs > 0; }

  // Gives a waiting data set of this store a turn, and returns it. Returns null if as many data sets as the
  // limit allows have a turn, if none waits, or if the store has no limit.
  LiveDataSet* begin_next(const std::string& store);

  // Returns a sentence for users whose data sets wait for a turn.
  std::string reason_to_wait(const std::string& store) const;

 private:
  using Digests = std::set<std::string>;
  Digests& turns_of(const std::string& store);
  LiveDataSet* find_next(const std::string& store, const Digests& turns);

  Entities& entities_;
  const Stores& stores_;
  std::map<std::string, Digests> turns_;  // by store: the data sets that have, or had, a turn
  std::map<std::pair<std::string, std::uint32_t>, std::int64_t> last_turns_;  // by store and uid: its number
  std::int64_t turns_begun_ = 0;
};

}  // namespace trainyard
