#include "daemon/base/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

#include "daemon/base/guarded.h"

namespace trainyard {

int usable_cpus() {
  cpu_set_t usable;
  const bool is_known = ::sched_getaffinity(0, sizeof usable, &usable) == 0;
  return is_known ? std::max(1, CPU_COUNT(&usable))
                  : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

void work_in_parallel(std::size_t count, int threads, const std::function<void(std::size_t index)>& work) {
  std::atomic<std::size_t> next = 0;
  Guarded<std::exception_ptr> error;
  const auto work_on = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      next = count;
      error.with([](std::exception_ptr& first) {
        if (!first) first = std::current_exception();
      });
    }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(work_on);
    work_on();
  }
  if (const std::exception_ptr first = error.with([](const auto& e) { return e; }))
    std::rethrow_exception(first);
}

}  // namespace trainyard
