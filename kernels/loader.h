// Samples of a scratch file: mapped read-only, gathered batch by batch in the order of an epoch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/scratch_file.h"
#include "kernels/spec/training.h"

namespace trainyard {

// ---- which samples, when, where

// The numbers 0 … count − 1 in the order of that epoch; from (seed, epoch) alone, so ranks need not talk.
std::vector<std::uint32_t> sample_order(std::int64_t count, std::int64_t seed, std::int64_t epoch);

struct Range {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

// A rank's share of `total` things: contiguous, in rank order, no two shares further apart than one.
Range share_of(std::int64_t total, int rank, int ranks);

// ---- one split

// Rows as they lie in the file, with labels, or targets where the loss is over numbers. On the host.
struct Batch {
  std::int64_t rows = 0;
  std::vector<std::byte> samples;
  std::vector<std::int32_t> labels;
  std::vector<float> targets;  // [rows, outputs]; classes become 1 and 0
};

// A part of a file in memory, unmapped when it goes.
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
  // Error{invalid} when a label is not below the number of classes.
  Samples(const std::string& path, const ScratchInfo& info, Split split, Loss loss);

  std::int64_t count() const { return count_; }

  // The samples with these numbers, in this order.
  void gather(const std::uint32_t* numbers, std::int64_t count, Batch& batch) const;

 private:
  std::int64_t count_ = 0;
  std::int64_t row_bytes_ = 0;
  std::int64_t target_width_ = 0;
  Mapping mapping_;
  std::vector<std::int32_t> labels_;  // cross_entropy
  std::vector<float> targets_;        // mean_squared_error
};

}  // namespace trainyard
