#include "daemon/agent/samples.h"

#include <algorithm>
#include <cstring>

#include "daemon/agent/held_out_split.h"
#include "daemon/base/error.h"
#include "kernels/spec/layer.h"

namespace trainyard {
namespace {

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

void check_alike(const SampleInfo& train, const SampleInfo& test) {
  if (train.shape != test.shape)
    throw Error(ErrorKind::invalid, "samples to train on are " + to_string(train.shape) +
                                        ", those of the test source " + to_string(test.shape) +
                                        "; they must be alike");
  if ((train.classes > 0) != (test.classes > 0) || train.target_width != test.target_width)
    throw Error(ErrorKind::invalid,
                "labels are classes in one of source and test, and other numbers in the other");
}

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

void convert(SampleBlock& block, ElementType from, ElementType to) {
  if (from == to) return;
  if (from == ElementType::u8) widen<std::uint8_t>(block.samples);
  if (from == ElementType::i32) widen<std::int32_t>(block.samples);
}

// Moves the held-out rows of a block to a block of their own.
SampleBlock take_held_out(SampleBlock& block, HeldOut& held_out) {
  SampleBlock kept, taken;
  const std::size_t row_bytes = block.samples.size() / static_cast<std::size_t>(block.count);
  const std::size_t width = block.targets.size() / static_cast<std::size_t>(block.count);
  for (std::size_t row = 0; row < static_cast<std::size_t>(block.count); ++row) {
    SampleBlock& into = held_out.next() ? taken : kept;
    ++into.count;
    const auto sample = block.samples.begin() + static_cast<std::ptrdiff_t>(row * row_bytes);
    into.samples.insert(into.samples.end(), sample, sample + static_cast<std::ptrdiff_t>(row_bytes));
    if (!block.labels.empty()) into.labels.push_back(block.labels[row]);
    for (std::size_t i = 0; i < width; ++i) into.targets.push_back(block.targets[row * width + i]);
  }
  block = std::move(kept);
  return taken;
}

void append(ScratchWriter& file, Split split, const ScratchLayout& layout, const SampleBlock& block) {
  if (block.count == 0) return;
  if (layout.classes > 0)
    file.append(split, block.samples.data(), block.labels.data(), block.count);
  else
    file.append(split, block.samples.data(), block.targets.data(), block.count);
}

std::int64_t rows_per_block(const SampleInfo& info) {
  constexpr std::int64_t values_per_block = 1 << 20;
  return std::clamp<std::int64_t>(values_per_block / element_count(info.shape), 1, 4096);
}

template <class Write>
void for_each_block(SampleReader& reader, ElementType type, const Write& write) {
  const std::int64_t rows = rows_per_block(reader.info());
  for (SampleBlock block = reader.next(rows); block.count > 0; block = reader.next(rows)) {
    convert(block, element_type(reader.info().type), type);
    write(block);
  }
}

}  // namespace

ScratchLayout layout_for(const DataSpec& data, const SampleInfo& train, const SampleInfo* test) {
  if (test) check_alike(train, *test);
  ScratchLayout layout;
  const bool alike = !test || train.type == test->type;
  layout.type = alike ? element_type(train.type) : ElementType::f32;
  layout.shape = train.shape;
  layout.test_count = test ? test->count : held_out_rows(train.count, data.test_fraction);
  layout.train_count = test ? train.count : train.count - layout.test_count;
  layout.classes = std::max(train.classes, test ? test->classes : 0);
  layout.targets = train.target_width;
  layout.scale = data.scale;
  return layout;
}

void write_samples(ScratchWriter& file, const ScratchLayout& layout, const DataSpec& data,
                   SampleReader& train, SampleReader* test) {
  HeldOut held_out(train.info().count, test ? 0 : layout.test_count, data.seed);
  for_each_block(train, layout.type, [&](SampleBlock& block) {
    const SampleBlock taken = take_held_out(block, held_out);
    append(file, Split::train, layout, block);
    append(file, Split::test, layout, taken);
  });
  if (test)
    for_each_block(*test, layout.type, [&](SampleBlock& block) { append(file, Split::test, layout, block); });
}

}  // namespace trainyard
