#include "kernels/blas.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

namespace trainyard {
namespace {

// Sets an environment variable unless it exists. Returns true if it was missing and has been set.
bool set_if_missing(const char* name, const char* value) {
  if (::getenv(name) != nullptr) return false;
  return ::setenv(name, value, 0) == 0;
}

bool has_avx512() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512cd");
#else
  return false;
#endif
}

const char* threads_per_rank() {
  for (const char* name : {"OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK"})
    if (const char* threads = ::getenv(name)) return threads;
  return "1";
}

}  // namespace

void prepare_blas(char** argv) {
  bool changed = has_avx512() && set_if_missing("OPENBLAS_CORETYPE", "SkylakeX");
  changed = set_if_missing("OPENBLAS_NUM_THREADS", threads_per_rank()) || changed;
  if (!changed) return;
  std::error_code error;
  const std::string self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) ::execv(self.c_str(), argv);
  // If execv fails, this process goes on with the wrong settings: slower, but with correct results.
}

}  // namespace trainyard
