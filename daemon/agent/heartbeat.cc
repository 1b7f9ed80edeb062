#include "daemon/agent/heartbeat.h"

#include "daemon/base/error.h"
#include "daemon/base/log.h"

namespace trainyard {

bool Contact::look() {
  try {
    if (!holds_claim(directory_, mine_)) return false;
    seen_at_ = std::chrono::steady_clock::now();
  } catch (const Error& e) {
    log_warning("cannot look at the claim: {}", e.what());
  }
  return std::chrono::steady_clock::now() - seen_at_ < contact_lost;
}

}  // namespace trainyard
