// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/plugin.h"

#include "plugins/slurm/slurm_scheduler.h"

namespace {

std::unique_ptr<trainyard::Scheduler> make_slurm_scheduler(const trainyard::Json& settings) {
  return std::make_unique<trainyard::slurm::SlurmScheduler>(
      trainyard::get_or<std::string>(settings, "conf", ""));
}

}  // namespace

extern "C" {
__attribute__((visibility("default"))) extern const trainyard::Plugin trainyard_plugin;
const trainyard::Plugin trainyard_plugin{.make_scheduler = make_slurm_scheduler};
}
