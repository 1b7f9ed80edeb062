#include "plugins/plugin.h"
#include "plugins/s3/s3_store.h"

extern "C" {
__attribute__((visibility("default"))) extern const trainyard::Plugin trainyard_plugin;
const trainyard::Plugin trainyard_plugin{.make_object_store = [](const trainyard::StoreAccess& access) {
  return trainyard::make_s3_store(access);
}};
}
