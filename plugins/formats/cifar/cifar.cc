#include "plugins/formats/cifar/cifar.h"

#include <algorithm>

#include "daemon/base/error.h"
#include "plugins/formats/shape.h"

namespace trainyard {
namespace {

constexpr std::int64_t image_bytes = 3 * 32 * 32;

// The labels at the beginning of each row.
struct CifarLabels {
  std::int64_t bytes = 1;   // of all labels of a row
  std::int64_t chosen = 0;  // the place of the label that samples get
  std::int64_t classes = 10;
};

bool is_read(const Object& object, bool is_alone) {
  const std::string name = object.key.substr(object.key.rfind('/') + 1);
  return is_alone || (name.ends_with(".bin") && name != "test.bin" && name != "test_batch.bin");
}

class CifarRows final : public RowSource {
 public:
  CifarRows(const std::vector<Object>& objects, const CifarLabels& labels, const Json& options)
      : labels_(labels) {
    for (std::size_t i = 0; i < objects.size(); ++i)
      if (is_read(objects[i], objects.size() == 1)) add(objects[i], i);
    if (info_.count == 0)
      throw_invalid(objects.front().url +
                    ": no rows; the folder must have .bin files of CIFAR's binary version");
    info_.type = SampleType::u8;
    info_.classes = labels.classes;
    info_.shape = shape_option(options, {3, 32, 32}, image_bytes, objects.front().url);
  }

  const SampleInfo& info() const override { return info_; }
  std::int64_t row_bytes() const override { return labels_.bytes + image_bytes; }
  const std::vector<RowRange>& ranges() const override { return ranges_; }

  void convert(std::int64_t first, std::string_view rows, SampleBlock& block) const override {
    block.count = static_cast<std::int64_t>(rows.size()) / row_bytes();
    block.samples.clear();
    block.labels.clear();
    for (std::int64_t row = 0; row < block.count; ++row) {
      const auto* bytes = reinterpret_cast<const std::byte*>(rows.data()) + row * row_bytes();
      const auto label = static_cast<std::int32_t>(bytes[labels_.chosen]);
      if (label >= labels_.classes) throw_wrong_label(first + row, label);
      block.labels.push_back(label);
      block.samples.insert(block.samples.end(), bytes + labels_.bytes, bytes + row_bytes());
    }
  }

 private:
  void add(const Object& object, std::size_t index) {
    if (object.size_bytes % row_bytes() != 0)
      throw_invalid(object.url + ": " + std::to_string(object.size_bytes) +
                    " bytes are not a multiple of the " + std::to_string(row_bytes()) +
                    " bytes of a row; is it CIFAR's binary version, and unpacked?");
    ranges_.push_back({index, 0, object.size_bytes / row_bytes()});
    urls_.push_back(object.url);
    info_.count += ranges_.back().count;
  }

  [[noreturn]] void throw_wrong_label(std::int64_t row, std::int32_t label) const {
    std::size_t object = 0;
    while (row >= ranges_[object].count) row -= ranges_[object++].count;
    throw_invalid(urls_[object] + ": row " + std::to_string(row) + " has label " + std::to_string(label) +
                  ", but there are " + std::to_string(labels_.classes) + " classes");
  }

  CifarLabels labels_;
  SampleInfo info_;
  std::vector<RowRange> ranges_;
  std::vector<std::string> urls_;  // of the objects of the ranges
};

class CifarFormat final : public DatasetFormat {
 public:
  explicit CifarFormat(bool is_cifar100) : is_cifar100_(is_cifar100) {}

  std::unique_ptr<RowSource> open_rows(const std::vector<Object>& objects, ObjectStore&,
                                       const Json& options) override {
    return std::make_unique<CifarRows>(objects, labels(options), options);
  }

 private:
  CifarLabels labels(const Json& options) const {
    if (!is_cifar100_) return {};
    if (get_or<std::string>(options, "label", "fine") == "coarse") return {2, 0, 20};
    return {2, 1, 100};
  }

  bool is_cifar100_;
};

}  // namespace

std::unique_ptr<DatasetFormat> make_cifar10_format() { return std::make_unique<CifarFormat>(false); }
std::unique_ptr<DatasetFormat> make_cifar100_format() { return std::make_unique<CifarFormat>(true); }

}  // namespace trainyard
