// Every rank adds its number to everybody's sum: a sum that is right has crossed the nodes.
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
