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
    target_.write(rows_, first, std::string_view(pending_).substr(0, size), block_);
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

void RowTarget::write(const UnitRows& rows, std::int64_t first, std::string_view bytes,
                      SampleBlock& block) const {
  const RowSource& source = *rows.source;
  const std::int64_t count = static_cast<std::int64_t>(bytes.size()) / source.row_bytes();
  const std::int64_t held_out_before = rows.is_test_source ? 0 : held_out_.held_out_before(first);
  const bool is_one_split =
      rows.is_test_source || held_out_.held_out_before(first + count) == held_out_before;
  const Split split = rows.is_test_source ? Split::test : Split::train;

  if (is_one_split && source.rows_are_samples() && element_type(source.info().type) == layout_.type) {
    source.convert_labels(first, count, block);
    return write_split(split, first - held_out_before, bytes, block);
  }
  source.convert(first, bytes, block);
  convert_samples(block, element_type(source.info().type), layout_.type);
  if (is_one_split) return write_split(split, first - held_out_before, block);
  const SampleBlock taken =
      take_rows(block, [&](std::int64_t row) { return held_out_.is_held_out(first + row); });
  write_split(Split::train, first - held_out_before, block);
  write_split(Split::test, held_out_before, taken);
}

void RowTarget::write_split(Split split, std::int64_t first, const SampleBlock& block) const {
  write_split(split, first, {reinterpret_cast<const char*>(block.samples.data()), block.samples.size()},
              block);
}

void RowTarget::write_split(Split split, std::int64_t first, std::string_view samples,
                            const SampleBlock& labels) const {
  if (labels.count == 0) return;
  const SplitPlace& place = split == Split::train ? places_.train : places_.test;
  const std::int64_t sample_bytes = element_count(layout_.shape) * size_bytes(layout_.type);
  const std::int64_t values = layout_.classes > 0 ? std::ssize(labels.labels) : std::ssize(labels.targets);
  if (std::ssize(samples) != labels.count * sample_bytes ||
      values != labels.count * std::max<std::int64_t>(1, layout_.targets))
    throw Error(ErrorKind::internal, path_ + ": the format has made rows of another size than it said");
  const auto put = [&](std::string_view bytes, std::int64_t at) {
    file_.with([&](const UniqueFd& file) { write_file_at(file.get(), bytes, at, path_); });
  };
  put(samples, place.samples + first * sample_bytes);
  const auto put_labels = [&](const auto& values) {
    const std::int64_t at = place.labels + first * 4 * std::max<std::int64_t>(1, layout_.targets);
    put({reinterpret_cast<const char*>(values.data()), values.size() * sizeof values[0]}, at);
  };
  if (layout_.classes > 0)
    put_labels(labels.labels);
  else
    put_labels(labels.targets);
}

}  // namespace trainyard
