// Lanes: runs blocking work in threads, with a lane for each key. Pieces of work with the same key run one
// after the other; a piece that blocks does not delay pieces with other keys. A lane has a thread while it
// has work, and for some time after that.
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

  // Does what Workers::run() does, on the thread of this key's lane.
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

  // Waits for the pieces of work that have begun, drops the others, and ends the threads. No lane takes more
  // work. On the loop.
  void stop();

  // Does what stop() does, but first lets the lanes do all their work. On the loop. For tests of a daemon
  // that dies.
  void finish();

  // Returns how many pieces of work have been given to run() and are not done.
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
