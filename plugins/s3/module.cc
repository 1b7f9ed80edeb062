#include "plugins/plugin.h"
#include "plugins/s3/s3_store.h"

namespace {

// Where a person waits, a request fails after three tries, and after 15 seconds without an answer.
trainyard::ClientLimits limits_for(const trainyard::StoreAccess& access) {
  if (!access.gives_up_soon) return {};
  return {.backoff = {.most_failures = 3}, .connect_seconds = 5, .silence_seconds = 15};
}

}  // namespace

extern "C" {
__attribute__((visibility("default"))) extern const trainyard::Plugin trainyard_plugin;
const trainyard::Plugin trainyard_plugin{.make_object_store = [](const trainyard::StoreAccess& access) {
  return trainyard::make_s3_store(access, limits_for(access));
}};
}
