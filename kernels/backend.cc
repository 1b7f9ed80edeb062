#include "kernels/backend.h"

#include "daemon/base/error.h"
#include "kernels/cpu/cpu_backend.h"

namespace trainyard {

std::unique_ptr<Backend> make_backend(Device device) {
  if (device == Device::cpu) return std::make_unique<CpuBackend>();
  throw Error(
      ErrorKind::invalid,
      "device gpu: this trainyard-train has no CUDA back-end; write device = \"cpu\" to train on the CPU");
}

}  // namespace trainyard
