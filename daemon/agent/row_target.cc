#include "daemon/agent/row_target.h"

#include <algorithm>

#include "daemon/agent/sample_blocks.h"
#include "daemon/base/error.h"
#include "kernels/spec/layer.h"

namespace trainyard {

// Collects the bytes of a unit until they are whole rows.
class RowSink final : public UnitSink {
 public:
  RowSink(const RowTarget& target, const UnitRows& rows) : target_(target), rows_(rows) {}

  void write(std::string_view bytes) override {
    pending_ += bytes;
    if (static_cast<std::int64_t>(pending_.size()) >= std::max(rows_.source->row_bytes(), least_bytes))
      flush();
  }

  void finish() override {
    flush();
    if (written_ != rows_.count || !pending_.empty())
      throw Error(ErrorKind::internal, "a unit of " + std::to_string(rows_.count) + " rows has ended after " +
                                           std::to_string(written_));
  }

 private:
  static constexpr std::int64_t least_bytes = 256 << 10;  // per write

  void flush() {
    const std::int64_t row_bytes = rows_.source->row_bytes();
    const std::int64_t count = static_cast<std::int64_t>(pending_.size()) / row_bytes;
    if (count == 0) return;
    const auto size = static_cast<std::size_t>(count * row_bytes);
    const std::int64_t first = rows_.first + written_;
    rows_.source->convert(first, std::string_view(pending_).substr(0, size), block_);
    target_.write(rows_, first, block_);
    pending_.erase(0, size);
    written_ += count;
  }

  const RowTarget& target_;
  const UnitRows& rows_;
  std::string pending_;
  SampleBlock block_;
  std::int64_t written_ = 0;  // rows
};

class NoSink final : public UnitSink {
 public:
  void write(std::string_view) override {}
  void finish() override {}
};

RowTarget::RowTarget(const std::string& path, const ScratchLayout& layout, const std::vector<UnitRows>& rows,
                     const HeldOutRows& held_out)
    : path_(path),
      file_(open_or_create(path)),
      layout_(layout),
      places_(places_in_scratch_file(path)),
      rows_(rows),
      held_out_(held_out) {}

std::unique_ptr<UnitSink> RowTarget::begin(const Unit& unit) {
  const UnitRows& rows = rows_.at(unit.number);
  if (rows.source == nullptr) return std::make_unique<NoSink>();
  return std::make_unique<RowSink>(*this, rows);
}

void RowTarget::write(const UnitRows& rows, std::int64_t first, SampleBlock& block) const {
  convert_samples(block, element_type(rows.source->info().type), layout_.type);
  if (rows.is_test_source) return write_split(Split::test, first, block);
  const std::int64_t held_out_before = held_out_.held_out_before(first);
  if (held_out_.held_out_before(first + block.count) == held_out_before)
    return write_split(Split::train, first - held_out_before, block);
  const SampleBlock taken =
      take_rows(block, [&](std::int64_t row) { return held_out_.is_held_out(first + row); });
  write_split(Split::train, first - held_out_before, block);
  write_split(Split::test, held_out_before, taken);
}

// `first`: the row of the split with which the block begins.
void RowTarget::write_split(Split split, std::int64_t first, const SampleBlock& block) const {
  if (block.count == 0) return;
  const SplitPlace& place = split == Split::train ? places_.train : places_.test;
  const std::int64_t sample_bytes = element_count(layout_.shape) * size_bytes(layout_.type);
  const auto put = [&](std::int64_t at, const void* bytes, std::size_t size) {
    write_file_at(file_.get(), {static_cast<const char*>(bytes), size}, at, path_);
  };
  put(place.samples + first * sample_bytes, block.samples.data(), block.samples.size());
  const std::int64_t labels_at = place.labels + first * 4 * std::max<std::int64_t>(1, layout_.targets);
  if (layout_.classes > 0)
    put(labels_at, block.labels.data(), block.labels.size() * sizeof block.labels[0]);
  else
    put(labels_at, block.targets.data(), block.targets.size() * sizeof block.targets[0]);
}

}  // namespace trainyard
