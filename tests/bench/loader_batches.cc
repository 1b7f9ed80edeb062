// Reads random mini-batches from a staged file with the trainer's own loader. For the benchmark of staging.
// usage: loader_batches FILE SIZE BATCHES; reads the batches twice and prints the microseconds of a batch of
// the second time, when all pages are in memory.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "kernels/loader.h"

namespace trainyard {
namespace {

double microseconds_of_a_batch(const char* path, std::int64_t size, std::int64_t batches) {
  using Clock = std::chrono::steady_clock;
  const Samples samples(path, read_scratch_info(path), Split::train, Loss::cross_entropy);
  const std::vector<std::uint32_t> order = sample_order(samples.count(), 1, 1);
  Batch batch;
  std::chrono::duration<double, std::micro> spent{};
  for (int time = 0; time < 2; ++time) {
    const Clock::time_point begun = Clock::now();
    for (std::int64_t i = 0; i < batches; ++i) samples.gather(order.data() + i * size, size, batch);
    spent = Clock::now() - begun;
  }
  return spent.count() / static_cast<double>(batches);
}

}  // namespace
}  // namespace trainyard

int main(int count, char** words) {
  if (count != 4) return std::fputs("usage: loader_batches FILE SIZE BATCHES\n", stderr), 2;
  try {
    std::printf("%.3f\n",
                trainyard::microseconds_of_a_batch(words[1], std::atoll(words[2]), std::atoll(words[3])));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "loader_batches: %s\n", e.what());
    return 1;
  }
}
