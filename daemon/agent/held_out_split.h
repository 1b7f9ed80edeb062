// The held-out split: which rows of a data set are kept from training. A function of the seed and the number
// of rows alone, so the same manifest holds out the same rows on every machine and in every release.
#pragma once
#include <cstdint>
#include <random>
#include <vector>

namespace trainyard {

// Returns the number of rows to hold out: round(fraction × rows), but at least one row stays for training.
std::int64_t held_out_rows(std::int64_t rows, double fraction);

// Tells for one row after the other, in the source's order, whether it is held out. Exactly `held_out` of
// `rows` are, and every choice of them is equally likely. (Knuth's selection sampling: a row is held out if
// draw mod rows_left < held_out_left. The draws are those of the 64-bit Mersenne Twister with this seed, as
// the C++ standard defines it.)
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

// The choices of HeldOut for all rows at once. For any thread.
class HeldOutRows {
 public:
  HeldOutRows(std::int64_t rows, std::int64_t held_out, std::uint64_t seed);

  bool is_held_out(std::int64_t row) const;
  std::int64_t held_out_before(std::int64_t row) const;  // how many of the rows 0 to row - 1 are held out

 private:
  // A bit per row, and the number of set bits before each word; both empty if no row is held out.
  std::vector<std::uint64_t> bits_;
  std::vector<std::int64_t> before_word_;
};

}  // namespace trainyard
