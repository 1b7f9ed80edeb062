// An agent's contact with its claim: the attempt's files lie on scratch, which can be away.
#pragma once
#include <chrono>
#include <string>

#include "daemon/handover/claim.h"

namespace trainyard {

class Contact {
 public:
  // `mine` is the claim on the attempt in `directory` that has just been seen to stand.
  Contact(std::string directory, Claim mine) : directory_(std::move(directory)), mine_(std::move(mine)) {}

  // Any thread, one at a time; hangs as long as scratch does. False when the claim is not ours any more, or
  // could not be looked at for contact_lost: the processes are to end.
  bool look();

 private:
  std::string directory_;
  Claim mine_;
  std::chrono::steady_clock::time_point seen_at_ = std::chrono::steady_clock::now();
};

}  // namespace trainyard
