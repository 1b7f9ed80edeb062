// OpenBLAS chooses its kernels and threads while it is loaded, before main.
#pragma once

namespace trainyard {

// Sets what OpenBLAS should have known and starts this program anew, once, if anything was missing:
// OPENBLAS_CORETYPE where the CPU has AVX-512 (0.3.21 takes Zen 5 for Haswell and runs at half speed), and
// OPENBLAS_NUM_THREADS: 1, unless OMP_NUM_THREADS or SLURM_CPUS_PER_TASK says otherwise. What the
// environment says already stays. Call first in main, before MPI.
void prepare_blas(char** argv);

}  // namespace trainyard
