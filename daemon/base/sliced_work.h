// SlicedWork: work that would hold up the loop if it were done in one go. It is done in slices of a few
// milliseconds, between which the loop does other things. On the loop.
#pragma once
#include <chrono>
#include <functional>
#include <memory>

#include "daemon/base/loop.h"

namespace trainyard {

class SlicedWork {
 public:
  // Does the next part of the work; false: that was the last one. A part takes much less than a slice.
  using Part = std::function<bool()>;

  explicit SlicedWork(Loop& loop) : loop_(loop) {}

  // The first slice is done before this returns: little work is over by then. Calls `done` after the last
  // part. Work that was under way is given up.
  void begin(Part part, std::function<void()> done);
  void stop();
  bool is_under_way() const { return work_ != nullptr; }

  // The time that the parts have taken since begin(), without what the loop did between the slices.
  std::chrono::steady_clock::duration spent() const { return spent_; }

 private:
  struct Work {
    Part part;
    std::function<void()> done;
  };
  void do_slice();

  Loop& loop_;
  std::shared_ptr<const Work> work_;  // null: none is under way
  std::chrono::steady_clock::duration spent_{0};
  Loop::Watch turn_;
};

}  // namespace trainyard
