#include "plugins/formats/labels.h"

#include <algorithm>
#include <cmath>

#include "daemon/base/error.h"

namespace trainyard {
Labels::Labels(const std::vector<double>& values, std::int64_t count, bool are_integers,
               const std::string& what)
    : count_(count) {
  if (count == 0 || values.empty()) throw_invalid(what + ": no labels");
  if (!std::ranges::all_of(values, [](double value) { return std::isfinite(static_cast<float>(value)); }))
    throw_invalid(what + ": a label is not a finite number of single precision");
  width_ = static_cast<std::int64_t>(values.size()) / count;
  const bool are_classes = are_integers && width_ == 1 && std::ranges::all_of(values, [](double value) {
                             return value >= 0 && value <= largest_class;
                           });
  if (are_classes) {
    labels_.assign(values.begin(), values.end());
    classes_ = *std::ranges::max_element(labels_) + 1;
  } else {
    targets_.assign(values.begin(), values.end());
  }
}

void Labels::describe(SampleInfo& info) const {
  info.count = count_;
  info.classes = classes_;
  info.target_width = classes_ > 0 ? 0 : width_;
}

void Labels::copy(std::int64_t first, std::int64_t count, SampleBlock& block) const {
  if (classes_ > 0)
    block.labels.assign(labels_.begin() + first, labels_.begin() + first + count);
  else
    block.targets.assign(targets_.begin() + first * width_, targets_.begin() + (first + count) * width_);
}

}  // namespace trainyard
