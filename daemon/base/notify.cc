#include "daemon/base/notify.h"

#include <systemd/sd-daemon.h>

#include <ctime>

namespace trainyard {

void notify_ready(const std::string& status) { sd_notifyf(0, "READY=1\nSTATUS=%s", status.c_str()); }

void notify_reloading() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
             static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000);
}

void notify_stopping() { sd_notify(0, "STOPPING=1"); }

}  // namespace trainyard
