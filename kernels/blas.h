// Sets the environment variables of OpenBLAS, which chooses its kernels and threads by them when it is
// loaded, before main.
#pragma once

namespace trainyard {

// Sets the environment variables that OpenBLAS needs and, if any was missing, executes this program again,
// once. OPENBLAS_CORETYPE is set where the CPU has AVX-512 (OpenBLAS 0.3.21 takes Zen 5 for Haswell and runs
// at half speed). OPENBLAS_NUM_THREADS is set to OMP_NUM_THREADS, else to SLURM_CPUS_PER_TASK, else to 1.
// Variables that are already set stay as they are. Must be called first in main, before MPI.
void prepare_blas(char** argv);

}  // namespace trainyard
