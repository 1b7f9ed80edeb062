#include "plugins/formats/cifar/cifar.h"
#include "plugins/plugin.h"

extern "C" {
__attribute__((visibility("default"))) extern const trainyard::Plugin trainyard_plugin;
const trainyard::Plugin trainyard_plugin{.make_dataset_format = &trainyard::make_cifar10_format};
}
