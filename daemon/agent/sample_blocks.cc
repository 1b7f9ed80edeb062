#include "daemon/agent/sample_blocks.h"

#include <cstring>

namespace trainyard {
namespace {

template <class From>
void widen(std::vector<std::byte>& samples) {
  std::vector<std::byte> wide(samples.size() / sizeof(From) * sizeof(float));
  for (std::size_t i = 0; i < samples.size() / sizeof(From); ++i) {
    From value;
    std::memcpy(&value, samples.data() + i * sizeof value, sizeof value);
    const auto number = static_cast<float>(value);
    std::memcpy(wide.data() + i * sizeof number, &number, sizeof number);
  }
  samples.swap(wide);
}

}  // namespace

ElementType element_type(SampleType type) {
  switch (type) {
    case SampleType::u8:
      return ElementType::u8;
    case SampleType::i32:
      return ElementType::i32;
    case SampleType::f32:
      return ElementType::f32;
  }
  return ElementType::f32;
}

void convert_samples(SampleBlock& block, ElementType from, ElementType to) {
  if (from == to) return;
  if (from == ElementType::u8) widen<std::uint8_t>(block.samples);
  if (from == ElementType::i32) widen<std::int32_t>(block.samples);
}

SampleBlock take_rows(SampleBlock& block, const std::function<bool(std::int64_t row)>& is_taken) {
  SampleBlock kept, taken;
  const std::size_t row_bytes = block.samples.size() / static_cast<std::size_t>(block.count);
  const std::size_t width = block.targets.size() / static_cast<std::size_t>(block.count);
  for (std::size_t row = 0; row < static_cast<std::size_t>(block.count); ++row) {
    SampleBlock& into = is_taken(static_cast<std::int64_t>(row)) ? taken : kept;
    ++into.count;
    const auto sample = block.samples.begin() + static_cast<std::ptrdiff_t>(row * row_bytes);
    into.samples.insert(into.samples.end(), sample, sample + static_cast<std::ptrdiff_t>(row_bytes));
    if (!block.labels.empty()) into.labels.push_back(block.labels[row]);
    for (std::size_t i = 0; i < width; ++i) into.targets.push_back(block.targets[row * width + i]);
  }
  block = std::move(kept);
  return taken;
}

}  // namespace trainyard
