// Reads samples from a scratch file, which is mapped read-only, and copies them into batches in the shuffled
// order of an epoch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/scratch_file.h"
#include "kernels/spec/training.h"

namespace trainyard {

// ---- which samples a rank reads, and in which order

// Returns the numbers 0 … count − 1, shuffled for this epoch. The order depends on (seed, epoch) alone, so
// the ranks need not communicate.
std::vector<std::uint32_t> sample_order(std::int64_t count, std::int64_t seed, std::int64_t epoch);

struct Range {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

// Returns the range of items that are this rank's share of `total` items. Shares are contiguous and in rank
// order. Their sizes differ by one at most.
Range share_of(std::int64_t total, int rank, int ranks);

// ---- one split

// Some samples, as they are stored in the file, with their labels, or with targets for mean_squared_error, in
// the host's memory.
struct Batch {
  std::int64_t rows = 0;
  std::vector<std::byte> samples;
  std::vector<std::int32_t> labels;
  std::vector<float> targets;  // [rows, outputs]; a class becomes a row of zeros with a single 1
};

// A part of a file, mapped into memory. The destructor unmaps it.
class Mapping {
 public:
  Mapping() = default;
  Mapping(const std::string& path, std::int64_t offset, std::int64_t size_bytes);
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping();

  const std::byte* data() const { return data_; }

 private:
  void* address_ = nullptr;
  std::size_t length_ = 0;
  const std::byte* data_ = nullptr;
};

class Samples {
 public:
  // Throws Error{invalid} if a label is negative, or not below the number of classes.
  Samples(const std::string& path, const ScratchInfo& info, Split split, Loss loss);

  std::int64_t count() const { return count_; }

  // Copies the samples with these numbers, in this order, into `batch`.
  void gather(const std::uint32_t* numbers, std::int64_t count, Batch& batch) const;

 private:
  std::int64_t count_ = 0;
  std::int64_t row_bytes_ = 0;
  std::int64_t target_width_ = 0;
  Mapping mapping_;
  std::vector<std::int32_t> labels_;  // if the data has classes
  std::vector<float> targets_;        // for mean_squared_error
};

}  // namespace trainyard
