// Finds and opens modules. A module stays open until the program ends. All functions must be called by the
// same thread.
#pragma once
#include <memory>
#include <string>

#include "plugins/plugin.h"

namespace trainyard {

// Returns the folder of the modules: $TRAINYARD_PLUGINDIR if it is set and the program is not privileged,
// else the folder of the installation.
std::string plugin_directory();

// Load a module and make its object. Throw Error{not_found}, naming the file and the package to install, if
// there is no such module; Error{internal} if the ABI number differs.
std::unique_ptr<SchedulerReader> load_scheduler_reader(const std::string& name, const Json& settings);
std::unique_ptr<SchedulerActor> load_scheduler_actor(const std::string& name, const Json& settings);
// Does the same with the module that the URL's scheme names: store-file.so for "file:///srv/x".
std::unique_ptr<ObjectStore> load_object_store(const std::string& url, const StoreAccess& access);
std::unique_ptr<DatasetFormat> load_dataset_format(const std::string& name);

}  // namespace trainyard
