// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/plugin.h"

#include "plugins/slurm/call_meter.h"
#include "plugins/slurm/slurm_actor.h"
#include "plugins/slurm/slurm_reader.h"

namespace {

std::string conf_in(const trainyard::Json& settings) {
  return trainyard::get_or<std::string>(settings, "conf", "");
}

std::unique_ptr<trainyard::SchedulerReader> make_reader(const trainyard::Json& settings) {
  trainyard::slurm::call_meter().set_ceiling(
      static_cast<int>(trainyard::get_or<std::int64_t>(settings, "max_calls_per_minute", 0)));
  return std::make_unique<trainyard::slurm::SlurmReader>(conf_in(settings));
}

std::unique_ptr<trainyard::SchedulerActor> make_actor(const trainyard::Json& settings) {
  return std::make_unique<trainyard::slurm::SlurmActor>(conf_in(settings));
}

}  // namespace

extern "C" {
__attribute__((visibility("default"))) extern const trainyard::Plugin trainyard_plugin;
const trainyard::Plugin trainyard_plugin{.make_scheduler_reader = make_reader,
                                         .make_scheduler_actor = make_actor};
}
