// Comm: the ranks of this training, over MPI. One per process, made first in main, gone last.
// Sums are the same bits on all ranks. Every failure throws CommunicationError.
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
  ~Comm();  // MPI_Finalize: all ranks must come here
  Comm(const Comm&) = delete;
  Comm& operator=(const Comm&) = delete;

  int rank() const { return rank_; }
  int ranks() const { return ranks_; }
  bool first() const { return rank_ == 0; }

  // In place, over all ranks. Floats travel in pieces of about 1 MB, which MPI sums fastest.
  void sum(float* values, std::int64_t count);
  void sum(double* values, std::int64_t count);

  // What each rank brings → the least of it, everywhere.
  int least(int value);
  // What rank `from` brings, everywhere.
  int broadcast(int value, int from);

  // Ends all ranks, this one too, with the exit code. For what only one rank knows.
  [[noreturn]] void abort(int exit_code);

 private:
  int rank_ = 0;
  int ranks_ = 1;
};

}  // namespace trainyard
