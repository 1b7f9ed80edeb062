// Tells the service manager (systemd) the daemon's state, with sd_notify(3). Does nothing without a service
// manager.
#pragma once
#include <string>

namespace trainyard {

void notify_ready(const std::string& status);
void notify_reloading();
void notify_stopping();

}  // namespace trainyard
