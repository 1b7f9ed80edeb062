#include "plugins/formats/delimited/delimited.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "plugins/formats/delimited/rows.h"
#include "plugins/formats/labels.h"
#include "plugins/formats/shape.h"

namespace trainyard {
namespace {

bool is_integer_up_to(double value, double limit) {
  return value >= 0 && value <= limit && value == std::floor(value);
}

std::size_t find_column(const std::string& name, const std::vector<std::string>& names,
                        const std::string& url) {
  auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::string message = url + ": no column is named '" + name + "'";
  const std::string near = nearest(name, names);
  if (names.empty()) message += "; a name needs header = true";
  if (!near.empty()) message += "; did you mean '" + near + "'?";
  throw Error(ErrorKind::invalid, message);
}

std::size_t label_column(const Json& options, const std::vector<std::string>& names, std::size_t width,
                         const std::string& url) {
  if (!names.empty() && names.size() != width)
    throw Error(ErrorKind::invalid, url + ": the header names " + std::to_string(names.size()) +
                                        " columns, but a row has " + std::to_string(width));
  if (width < 2) throw Error(ErrorKind::invalid, url + ": has one column only, and it is the label");
  const Json label = get_or<Json>(options, "label", nullptr);
  if (label.is_string()) return find_column(label, names, url);
  if (!label.is_number_integer())
    throw Error(ErrorKind::invalid,
                "label: must say which column is the label, by its place from 0 or its name");
  if (label < 0 || label >= width)
    throw Error(ErrorKind::invalid, "label = " + label.dump() + ": " + url + " has the columns 0 to " +
                                        std::to_string(width - 1));
  return label;
}

class DelimitedReader final : public SampleReader {
 public:
  DelimitedReader(char delimiter, const std::vector<Object>& objects, ObjectStore& store, const Json& options)
      : rows_(objects, store, delimiter, get_or(options, "header", false)) {
    survey(DelimitedRows(objects, store, delimiter, get_or(options, "header", false)), objects.front().url,
           options);
  }

  const SampleInfo& info() const override { return info_; }

  SampleBlock next(std::int64_t max_rows) override {
    SampleBlock block;
    std::vector<double> row;
    while (block.count < max_rows && rows_.next(row)) {
      append(block, row);
      ++block.count;
    }
    read_ += block.count;
    const bool at_end = block.count < max_rows;
    if (read_ > info_.count || (at_end && read_ < info_.count)) changed();
    return block;
  }

 private:
  // The first pass over the rows: fills `info_` and `label_` before the first row is returned.
  void survey(DelimitedRows rows, const std::string& url, const Json& options) {
    std::vector<double> row;
    bool bytes = true;
    bool classes = true;
    double largest = 0;
    while (rows.next(row)) {
      if (info_.count++ == 0) label_ = label_column(options, rows.names(), row.size(), url);
      for (std::size_t i = 0; i < row.size() && bytes; ++i)
        if (i != label_) bytes = is_integer_up_to(row[i], 255);
      classes = classes && is_integer_up_to(row[label_], largest_class);
      largest = std::max(largest, row[label_]);
    }
    if (info_.count == 0) throw Error(ErrorKind::invalid, url + ": no rows");
    const auto width = static_cast<std::int64_t>(row.size()) - 1;
    info_.type = bytes ? SampleType::u8 : SampleType::f32;
    info_.classes = classes ? static_cast<std::int64_t>(largest) + 1 : 0;
    info_.target_width = classes ? 0 : 1;
    info_.shape = shape_option(options, {width}, width, url);
  }

  void append(SampleBlock& block, const std::vector<double>& row) const {
    for (std::size_t i = 0; i < row.size(); ++i)
      if (i != label_) append_value(block.samples, row[i]);
    if (info_.classes == 0) return block.targets.push_back(static_cast<float>(row[label_]));
    if (!is_integer_up_to(row[label_], static_cast<double>(info_.classes - 1))) changed();
    block.labels.push_back(static_cast<std::int32_t>(row[label_]));
  }

  void append_value(std::vector<std::byte>& samples, double value) const {
    if (info_.type == SampleType::u8) {
      if (!is_integer_up_to(value, 255)) changed();
      samples.push_back(static_cast<std::byte>(value));
      return;
    }
    const auto number = static_cast<float>(value);
    const std::size_t end = samples.size();
    samples.resize(end + sizeof number);
    std::memcpy(samples.data() + end, &number, sizeof number);
  }

  [[noreturn]] void changed() const {
    throw Error(ErrorKind::unavailable, rows_.place() + ": changed while it was read");
  }

  DelimitedRows rows_;  // the second pass
  SampleInfo info_;
  std::size_t label_ = 0;
  std::int64_t read_ = 0;
};

class DelimitedFormat final : public DatasetFormat {
 public:
  explicit DelimitedFormat(char delimiter) : delimiter_(delimiter) {}

  std::unique_ptr<SampleReader> open(const std::vector<Object>& objects, ObjectStore& store,
                                     const Json& options) override {
    return std::make_unique<DelimitedReader>(delimiter_, objects, store, options);
  }

 private:
  char delimiter_;
};

}  // namespace

std::unique_ptr<DatasetFormat> make_csv_format() { return std::make_unique<DelimitedFormat>(','); }
std::unique_ptr<DatasetFormat> make_tsv_format() { return std::make_unique<DelimitedFormat>('\t'); }

}  // namespace trainyard
