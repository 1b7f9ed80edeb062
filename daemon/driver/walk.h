// Walks: go through what lives a few at a time. In between, runs and data sets may begin to live and be over.
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

  // Calls each(live) for the next ones, `count` at most, in the order of their keys; `each` forgets none.
  // False: those were the last.
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

  // The same: data sets first.
  template <class Each>
  bool next(std::size_t count, const Each& each) {
    return data_sets_.next(count, each) || runs_.next(count, each);
  }

 private:
  Walk<std::string, LiveDataSet> data_sets_;
  RunWalk runs_;
};

// So many are a part of a slice (base/sliced_work.h).
constexpr std::size_t walked_together = 64;

}  // namespace trainyard
