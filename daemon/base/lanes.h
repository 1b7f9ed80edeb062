// Lanes: one lane of blocking work for each key. The work in a lane runs one piece after the other. A lane
// whose work blocks does not delay the other lanes. A lane has a thread while it has work, and for a while
// after that.
#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "daemon/base/workers.h"

namespace trainyard {

class Lanes {
 public:
  Lanes(Loop& loop, std::chrono::milliseconds idle = std::chrono::seconds(30)) : loop_(loop), idle_(idle) {}

  // As Workers::run(), in the lane of this key.
  template <class Work, class Done>
  void run(const std::string& key, Work work, Done done, std::function<void(std::exception_ptr)> failed) {
    lane(key).run(
        std::move(work),
        [this, key, done = std::move(done)](auto result) mutable {
          finished(key);
          done(std::move(result));
        },
        [this, key, failed = std::move(failed)](std::exception_ptr error) {
          finished(key);
          failed(error);
        });
  }

  // Finishes the work that has begun and drops the rest. No lane takes more work. On the loop.
  void stop();

  // As stop(), but also finishes the work that has not begun. On the loop. For tests of a daemon that dies.
  void finish();

  // Returns the number of pieces of work that are not done yet.
  std::size_t busy() const { return busy_; }

 private:
  struct Lane {
    std::unique_ptr<Workers> workers;
    int given = 0;
    Loop::Watch idle;
  };
  Workers& lane(const std::string& key);
  void finished(const std::string& key);

  Loop& loop_;
  std::chrono::milliseconds idle_;
  std::map<std::string, Lane> lanes_;
  std::size_t busy_ = 0;
  bool is_stopped_ = false;
};

}  // namespace trainyard
