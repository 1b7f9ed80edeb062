#include "plugins/file/file_store.h"
#include "plugins/plugin.h"

extern "C" {
__attribute__((visibility("default"))) extern const trainyard::Plugin trainyard_plugin;
const trainyard::Plugin trainyard_plugin{
    .make_object_store = [](const trainyard::StoreAccess&) { return trainyard::make_file_store(); }};
}
