// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/plugin.h"

#include "plugins/slurm/call_meter.h"
#include "plugins/slurm/slurm_scheduler.h"

namespace {

std::unique_ptr<trainyard::Scheduler> make_slurm_scheduler(const trainyard::Json& settings) {
  trainyard::slurm::call_meter().set_ceiling(
      static_cast<int>(trainyard::get_or<std::int64_t>(settings, "max_calls_per_minute", 0)));
  return std::make_unique<trainyard::slurm::SlurmScheduler>(
      trainyard::get_or<std::string>(settings, "conf", ""));
}

}  // namespace

extern "C" {
__attribute__((visibility("default"))) extern const trainyard::Plugin trainyard_plugin;
const trainyard::Plugin trainyard_plugin{.make_scheduler = make_slurm_scheduler};
}
