// SlicedWork: does work on the loop that would block the loop for too long if it were done at once. Does it
// in slices of a few milliseconds; between two slices the loop calls other callbacks. Must be used on the
// loop.
#pragma once
#include <chrono>
#include <functional>
#include <memory>

#include "daemon/base/loop.h"

namespace trainyard {

class SlicedWork {
 public:
  // A function that does the next part of the work, and returns false after the last part. A part must take
  // much less time than a slice.
  using Part = std::function<bool()>;

  explicit SlicedWork(Loop& loop) : loop_(loop) {}

  // Drops work that is under way. Then begins the new work and does its first slice before returning: little
  // work is finished by then. Calls `done` after the last part.
  void begin(Part part, std::function<void()> done);
  void stop();
  bool is_under_way() const { return work_ != nullptr; }

  // Returns the time that the parts have taken since begin(), without the time between the slices.
  std::chrono::steady_clock::duration spent() const { return spent_; }

 private:
  struct Work {
    Part part;
    std::function<void()> done;
  };
  void do_slice();

  Loop& loop_;
  std::shared_ptr<const Work> work_;  // null: no work is under way
  std::chrono::steady_clock::duration spent_{0};
  Loop::Watch turn_;
};

}  // namespace trainyard
