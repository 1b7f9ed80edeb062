// Walks: iterators over live runs and data sets that call a function with a few at a time. Between two calls
// of next(), runs and data sets can be added and removed.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "daemon/driver/entities.h"

namespace trainyard {

template <class Key, class Live>
class Walk {
 public:
  explicit Walk(std::map<Key, Live>& all) : all_(&all) {}

  // Calls each(live) for the next entities in the order of their keys, at most `count`. `each` must not
  // remove entities. Returns false after the last entity.
  template <class Each>
  bool next(std::size_t count, const Each& each) {
    auto at = last_ ? all_->upper_bound(*last_) : all_->begin();
    for (; count > 0 && at != all_->end(); --count, ++at) {
      last_ = at->first;
      each(at->second);
    }
    return at != all_->end();
  }

 private:
  std::map<Key, Live>* all_;
  std::optional<Key> last_;
};

using RunWalk = Walk<std::int64_t, LiveRun>;

class EntityWalk {
 public:
  explicit EntityWalk(Entities& entities) : data_sets_(entities.data_sets()), runs_(entities.runs()) {}

  // Does the same as Walk::next(), for all data sets and then all runs.
  template <class Each>
  bool next(std::size_t count, const Each& each) {
    return data_sets_.next(count, each) || runs_.next(count, each);
  }

 private:
  Walk<std::string, LiveDataSet> data_sets_;
  RunWalk runs_;
};

// The number of entities that are walked in one SlicedWork::Part (base/sliced_work.h).
constexpr std::size_t walked_together = 64;

}  // namespace trainyard
