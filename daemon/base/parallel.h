// Performs independent work in several threads.
#pragma once
#include <cstddef>
#include <functional>

namespace trainyard {

// Returns the number of CPUs that this process may use; Slurm gives a job some of a node's.
int usable_cpus();

// Calls work(0), work(1), … work(count - 1) in `threads` threads, the calling one among them. After an error
// no further call begins; throws the first error when the calls that had begun are over.
void work_in_parallel(std::size_t count, int threads, const std::function<void(std::size_t index)>& work);

}  // namespace trainyard
