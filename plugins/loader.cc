#include "plugins/loader.h"

#include <dlfcn.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <cstdlib>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/installation.h"

namespace trainyard {
namespace {

// Throws Error{invalid} unless the module's name has only safe characters, because a name that a user wrote
// becomes part of a file name.
void check_name(const std::string& name) {
  const bool plain =
      !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
  if (!plain) throw Error(ErrorKind::invalid, "'" + name + "': a module's name is of a-z, 0-9 and _");
}

Plugin load_module(const std::string& kind, const std::string& name) {
  check_name(name);
  const std::string path = join_path(plugin_directory(), kind + "-" + name + ".so");
  if (::access(path.c_str(), R_OK) != 0)
    throw Error(ErrorKind::not_found, path + ": no such module; install the package trainyard-" + kind + "-" +
                                          name + ", or set TRAINYARD_PLUGINDIR to where it lies");
  void* module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!module)
    throw Error(ErrorKind::internal, std::string(::dlerror()) + "; rebuild the module on this machine");
  const auto* plugin = static_cast<const Plugin*>(::dlsym(module, "trainyard_plugin"));
  if (!plugin)
    throw Error(ErrorKind::internal, path + ": not a Trainyard module: it has no trainyard_plugin");
  if (plugin->abi != plugin_abi)
    throw Error(ErrorKind::internal, path + ": built for interface " + std::to_string(plugin->abi) +
                                         ", wanted " + std::to_string(plugin_abi) +
                                         "; rebuild it against this release");
  return *plugin;
}

[[noreturn]] void offers_none(const std::string& kind, const std::string& name) {
  throw Error(ErrorKind::internal, kind + "-" + name + ".so: offers no " + kind);
}

}  // namespace

std::string plugin_directory() {
  const char* chosen = ::getauxval(AT_SECURE) ? nullptr : std::getenv("TRAINYARD_PLUGINDIR");
  return chosen && *chosen ? chosen : this_installation().modules;
}

std::unique_ptr<SchedulerReader> load_scheduler_reader(const std::string& name, const Json& settings) {
  const Plugin plugin = load_module("scheduler", name);
  if (!plugin.make_scheduler_reader) offers_none("scheduler", name);
  return plugin.make_scheduler_reader(settings);
}

std::unique_ptr<SchedulerActor> load_scheduler_actor(const std::string& name, const Json& settings) {
  const Plugin plugin = load_module("scheduler", name);
  if (!plugin.make_scheduler_actor) offers_none("scheduler", name);
  return plugin.make_scheduler_actor(settings);
}

std::unique_ptr<ObjectStore> load_object_store(const std::string& url, const StoreAccess& access) {
  const std::size_t colon = url.find("://");
  if (colon == std::string::npos)
    throw Error(ErrorKind::invalid, url + ": not a URL; write file:///folder/name");
  const std::string scheme = url.substr(0, colon);
  const Plugin plugin = load_module("store", scheme);
  if (!plugin.make_object_store) offers_none("store", scheme);
  return plugin.make_object_store(access);
}

std::unique_ptr<DatasetFormat> load_dataset_format(const std::string& name) {
  const Plugin plugin = load_module("format", name);
  if (!plugin.make_dataset_format) offers_none("format", name);
  return plugin.make_dataset_format();
}

}  // namespace trainyard
