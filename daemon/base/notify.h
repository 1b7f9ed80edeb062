// Tells the service manager how the daemon is (sd_notify). Without one, nothing happens.
#pragma once
#include <string>

namespace trainyard {

void notify_ready(const std::string& status);
void notify_reloading();
void notify_stopping();

}  // namespace trainyard
