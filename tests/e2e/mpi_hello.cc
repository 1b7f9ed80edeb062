// MPI program of test_sandbox.py: every rank prints the sum of all rank numbers. The sum is right only if the
// ranks on different nodes reached each other.
#include <mpi.h>
#include <unistd.h>

#include <cstdio>

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int rank = 0, size = 0, sum = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  char host[64] = "";
  gethostname(host, sizeof host - 1);
  std::printf("rank %d of %d on %s: sum %d\n", rank, size, host, sum);
  MPI_Finalize();
}
