#include "daemon/base/lanes.h"

#include <thread>

namespace trainyard {

Workers& Lanes::lane(const std::string& key) {
  Lane& lane = lanes_[key];
  if (!lane.workers) lane.workers = std::make_unique<Workers>(loop_, 1);
  if (is_stopped_) lane.workers->stop();
  lane.idle.stop();
  ++lane.given;
  ++busy_;
  return *lane.workers;
}

void Lanes::finished(const std::string& key) {
  Lane& lane = lanes_.at(key);
  --busy_;
  if (--lane.given > 0) return;
  lane.idle = loop_.after(idle_, [this, key] { lanes_.erase(key); });
}

void Lanes::finish() {
  for (auto& [key, lane] : lanes_)
    while (lane.workers->waiting() > 0) std::this_thread::yield();
  stop();
}

void Lanes::stop() {
  is_stopped_ = true;
  for (auto& [key, lane] : lanes_) lane.workers->stop();
}

}  // namespace trainyard
