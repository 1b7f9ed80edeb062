// Comm: communication between the ranks of this training, over MPI. One object per process, constructed first
// in main and destroyed last. Sums have the same bits on all ranks. Every function throws CommunicationError
// if it fails.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>

namespace trainyard {

class CommunicationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Comm {
 public:
  Comm(int& argc, char**& argv);
  ~Comm();  // MPI_Finalize, which all ranks must call
  Comm(const Comm&) = delete;
  Comm& operator=(const Comm&) = delete;

  int rank() const { return rank_; }
  int ranks() const { return ranks_; }
  bool first() const { return rank_ == 0; }

  // Replaces each value, on every rank, by its sum over all ranks. All ranks must call this together. Floats
  // are sent in pieces of about 1 MB, which MPI sums fastest.
  void sum(float* values, std::int64_t count);
  void sum(double* values, std::int64_t count);

  // Returns, on every rank, the least of the ranks' values.
  int least(int value);
  // Returns, on every rank, the value of rank `from`.
  int broadcast(int value, int from);

  // Ends the processes of all ranks, also this one, with the exit code. For an error that only this rank has.
  [[noreturn]] void abort(int exit_code);

 private:
  int rank_ = 0;
  int ranks_ = 1;
};

}  // namespace trainyard
