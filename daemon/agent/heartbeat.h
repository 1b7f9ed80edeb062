// Contact: watches an agent's claim on an attempt. The claim lies on scratch, which can be unreachable for a
// while.
#pragma once
#include <chrono>
#include <string>

#include "daemon/handover/claim.h"

namespace trainyard {

class Contact {
 public:
  // `mine`: the agent's claim on the attempt in `directory`. It was valid just before this call.
  Contact(std::string directory, Claim mine) : directory_(std::move(directory)), mine_(std::move(mine)) {}

  // Reads the claim. Returns false if it is not `mine` any more, or could not be read for contact_lost: then
  // the processes must end. Any thread can call it, one at a time. Blocks as long as scratch does.
  bool look();

 private:
  std::string directory_;
  Claim mine_;
  std::chrono::steady_clock::time_point seen_at_ = std::chrono::steady_clock::now();
};

}  // namespace trainyard
