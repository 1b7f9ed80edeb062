// The held-out split: which rows of a data set are kept from training. A function of the seed and the number
// of rows alone, so the same manifest holds out the same rows on every machine and in every release.
#pragma once
#include <cstdint>
#include <random>

namespace trainyard {

// round(fraction × rows); at least one row stays for training.
std::int64_t held_out_rows(std::int64_t rows, double fraction);

// Says row by row, in the source's order, whether it is held out: exactly `held_out` of `rows`, every choice
// of them equally likely. (Knuth's selection sampling: a row is taken when draw mod rows_left <
// held_out_left, the draws being those of the 64-bit Mersenne Twister with this seed, as the C++ standard
// fixes it.)
class HeldOut {
 public:
  HeldOut(std::int64_t rows, std::int64_t held_out, std::uint64_t seed)
      : rows_left_(rows), held_out_left_(held_out), draws_(seed) {}
  bool next();

 private:
  std::int64_t rows_left_;
  std::int64_t held_out_left_;
  std::mt19937_64 draws_;
};

}  // namespace trainyard
