// Plugin: what a module exports, as its one symbol `trainyard_plugin`. A module implements one or more of the
// three interfaces and leaves the other factories null. Modules are the files
// <libdir>/trainyard/<kind>-<name>.so: scheduler-slurm.so, store-file.so, format-csv.so.
#pragma once
#include <memory>
#include <string>

#include "daemon/base/json.h"
#include "plugins/dataset_format.h"
#include "plugins/object_store.h"
#include "plugins/scheduler.h"

namespace trainyard {

// The version of the types that programs and modules share: to be raised whenever one of them changes. A
// module that was built with another number is not loaded.
inline constexpr int plugin_abi = 15;

struct Plugin {
  int abi = plugin_abi;
  // `settings`: the [slurm] table of the daemon's settings.
  std::unique_ptr<SchedulerReader> (*make_scheduler_reader)(const Json& settings) = nullptr;
  std::unique_ptr<SchedulerActor> (*make_scheduler_actor)(const Json& settings) = nullptr;
  std::unique_ptr<ObjectStore> (*make_object_store)(const StoreAccess& access) = nullptr;
  std::unique_ptr<DatasetFormat> (*make_dataset_format)() = nullptr;
};

}  // namespace trainyard
