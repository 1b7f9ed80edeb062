#include "plugins/formats/delimited/rows.h"

#include <charconv>
#include <cmath>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

std::optional<double> parse_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(static_cast<float>(value)))
    return std::nullopt;
  return value;
}

}  // namespace

DelimitedRows::DelimitedRows(std::vector<Object> objects, ObjectStore& store, char delimiter, bool header)
    : objects_(std::move(objects)), store_(store), delimiter_(delimiter), header_(header) {}

bool DelimitedRows::open_next_object() {
  if (opened_ == objects_.size()) return false;
  lines_.emplace(objects_[opened_++], store_);
  if (header_) read_header();
  return true;
}

void DelimitedRows::read_header() {
  std::optional<std::string_view> line = lines_->next();
  if (!line) throw_invalid(objects_[opened_ - 1].url + ": empty, where header = true promises a header");
  std::vector<std::string> names;
  bool more = true;
  while (more) names.emplace_back(cut_field(*line, delimiter_, more));
  if (names_.empty()) names_ = names;
  if (names != names_) throw_invalid(place() + ": its columns are not those of " + objects_.front().url);
}

bool DelimitedRows::next(std::vector<double>& values) {
  if (!lines_ && !open_next_object()) return false;
  for (;;) {
    std::optional<std::string_view> line = lines_->next();
    if (!line && !open_next_object()) return false;
    if (!line || trim(*line).empty()) continue;
    parse(*line, values);
    if (width_ == 0) width_ = values.size();
    if (values.size() == width_) return true;
    throw_invalid(place() + ": " + std::to_string(values.size()) + " values, where the first row has " +
                  std::to_string(width_));
  }
}

void DelimitedRows::parse(std::string_view line, std::vector<double>& values) const {
  values.clear();
  bool more = true;
  while (more) {
    const std::string_view field = cut_field(line, delimiter_, more);
    const std::optional<double> value = parse_number(field);
    if (!value) {
      const bool first = width_ == 0 && !header_;
      throw_invalid(place() + ": column " + std::to_string(values.size()) + ": '" +
                    std::string(field.substr(0, 40)) + "' is not a finite number of single precision" +
                    (first ? "; if this line names the columns, say header = true" : ""));
    }
    values.push_back(*value);
  }
}

std::string DelimitedRows::place() const {
  if (opened_ == 0) return objects_.front().url;
  return objects_[opened_ - 1].url + ":" + std::to_string(lines_->line());
}

}  // namespace trainyard
