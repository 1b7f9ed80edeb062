#include "kernels/comm.h"

#include <mpi.h>

#include <algorithm>
#include <cstdlib>

namespace trainyard {
namespace {

constexpr std::int64_t piece_floats = (1 << 20) / sizeof(float);

void check(int status, const char* what) {
  if (status == MPI_SUCCESS) return;
  char reason[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(status, reason, &length);
  throw CommunicationError(std::string(what) + ": " + reason);
}

}  // namespace

Comm::Comm(int& argc, char**& argv) {
  int provided = 0;
  check(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided), "MPI_Init");
  check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(MPI_COMM_WORLD, &ranks_), "MPI_Comm_size");
}

Comm::~Comm() { MPI_Finalize(); }

void Comm::sum(float* values, std::int64_t count) {
  for (std::int64_t first = 0; first < count; first += piece_floats) {
    const auto piece = static_cast<int>(std::min(piece_floats, count - first));
    check(MPI_Allreduce(MPI_IN_PLACE, values + first, piece, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD),
          "MPI_Allreduce");
  }
}

void Comm::sum(double* values, std::int64_t count) {
  check(MPI_Allreduce(MPI_IN_PLACE, values, static_cast<int>(count), MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD),
        "MPI_Allreduce");
}

int Comm::least(int value) {
  check(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD), "MPI_Allreduce");
  return value;
}

int Comm::broadcast(int value, int from) {
  check(MPI_Bcast(&value, 1, MPI_INT, from, MPI_COMM_WORLD), "MPI_Bcast");
  return value;
}

void Comm::abort(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);
}

}  // namespace trainyard
