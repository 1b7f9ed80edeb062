// Lanes: blocking work in as many rows as there are keys, one after the other within each. A row that is held
// up holds up no other. A row has a thread while there is work in it, and for a while after.
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

  // As Workers::run, in the row of that key.
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

  // On the loop: finishes the work under way, drops what has not begun, and takes no more.
  void stop();

  // On the loop: as stop(), but finishes what has not begun, too. For tests of a daemon that dies.
  void finish();

  // Pieces of work given and not yet done.
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
};

}  // namespace trainyard
