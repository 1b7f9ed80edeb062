// The labels of all samples of a source, in memory, from an array of numbers.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "plugins/dataset_format.h"

namespace trainyard {

inline constexpr std::int32_t largest_class = 65'535;

class Labels {
 public:
  // `values`: one or several numbers for each of `count` samples, in order. `are_integers`: the type of the
  // array is one of integers. One integer from 0 to 65 535 for each sample is a class; the number of classes
  // is the largest label + 1. All other numbers are targets. Throws Error{invalid}, which names `what`, if a
  // number is not finite.
  Labels(const std::vector<double>& values, std::int64_t count, bool are_integers, const std::string& what);

  std::int64_t count() const { return count_; }
  // Sets classes, target_width and count of the description.
  void describe(SampleInfo& info) const;
  // Replaces the labels or targets of the block by those of the samples [first, first + count).
  void copy(std::int64_t first, std::int64_t count, SampleBlock& block) const;

 private:
  std::int64_t count_ = 0, classes_ = 0, width_ = 0;
  std::vector<std::int32_t> labels_;
  std::vector<float> targets_;
};

}  // namespace trainyard
