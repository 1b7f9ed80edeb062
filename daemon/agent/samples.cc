#include "daemon/agent/samples.h"

#include <algorithm>

#include "daemon/agent/held_out_split.h"
#include "daemon/agent/sample_blocks.h"
#include "daemon/base/error.h"
#include "kernels/spec/layer.h"

namespace trainyard {
namespace {

void check_alike(const SampleInfo& train, const SampleInfo& test) {
  if (train.shape != test.shape)
    throw Error(ErrorKind::invalid, "samples to train on are " + to_string(train.shape) +
                                        ", those of the test source " + to_string(test.shape) +
                                        "; they must be alike");
  if ((train.classes > 0) != (test.classes > 0) || train.target_width != test.target_width)
    throw Error(ErrorKind::invalid,
                "labels are classes in one of source and test, and other numbers in the other");
  if (train.class_names != test.class_names)
    throw Error(ErrorKind::invalid,
                "classes have names in one of source and test, and numbers in the other; they must be alike");
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
    convert_samples(block, element_type(reader.info().type), type);
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
  layout.class_names = train.class_names;
  return layout;
}

void write_samples(ScratchWriter& file, const ScratchLayout& layout, const DataSpec& data,
                   SampleReader& train, SampleReader* test) {
  const std::int64_t held_out_count = test ? 0 : layout.test_count;
  HeldOut held_out(train.info().count, held_out_count, data.seed);
  for_each_block(train, layout.type, [&](SampleBlock& block) {
    if (held_out_count == 0) return append(file, Split::train, layout, block);
    const SampleBlock taken = take_rows(block, [&](std::int64_t) { return held_out.next(); });
    append(file, Split::train, layout, block);
    append(file, Split::test, layout, taken);
  });
  if (test)
    for_each_block(*test, layout.type, [&](SampleBlock& block) { append(file, Split::test, layout, block); });
}

}  // namespace trainyard
