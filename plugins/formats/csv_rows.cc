#include "plugins/formats/csv_rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr std::size_t max_line_bytes = std::size_t{64} << 20;

std::string_view unquote(std::string_view field) {
  field = trim(field);
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"')
    field = field.substr(1, field.size() - 2);
  return field;
}

// Cuts the first field off `line`; `more` says whether another follows.
std::string_view cut_field(std::string_view& line, bool& more) {
  const std::size_t comma = line.find(',');
  more = comma != std::string_view::npos;
  std::string_view field = line.substr(0, comma);
  line = more ? line.substr(comma + 1) : std::string_view();
  return unquote(field);
}

std::optional<double> parse_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace

LineReader::LineReader(const Object& object, ObjectStore& store)
    : url_(object.url), bytes_(open_decompressed(object, store)) {}

bool LineReader::fill() {
  constexpr std::size_t step = 1 << 18;
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t old_size = buffer_.size();
  if (old_size > max_line_bytes)
    throw_invalid(url_ + ":" + std::to_string(line_ + 1) + ": a line above 64 MiB; is it CSV?");
  buffer_.resize(old_size + step);
  const std::size_t got = bytes_.read(buffer_.data() + old_size, step);
  buffer_.resize(old_size + got);
  return got > 0;
}

std::optional<std::string_view> LineReader::next() {
  std::size_t searched = begin_;
  std::size_t end = 0;
  while ((end = buffer_.find('\n', searched)) == std::string::npos) {
    searched = buffer_.size() - begin_;  // fill() moves the unread bytes to the front of buffer_
    if (fill()) continue;
    if (buffer_.empty()) return std::nullopt;
    end = buffer_.size();
    break;
  }
  std::string_view line = std::string_view(buffer_).substr(begin_, end - begin_);
  begin_ = std::min(end + 1, buffer_.size());
  ++line_;
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (line_ == 1 && line.substr(0, 3) == byte_order_mark) line.remove_prefix(3);
  return line;
}

CsvRows::CsvRows(std::vector<Object> objects, ObjectStore& store, bool header)
    : objects_(std::move(objects)), store_(store), header_(header) {}

bool CsvRows::open_next_object() {
  if (opened_ == objects_.size()) return false;
  lines_.emplace(objects_[opened_++], store_);
  if (header_) read_header();
  return true;
}

void CsvRows::read_header() {
  std::optional<std::string_view> line = lines_->next();
  if (!line) throw_invalid(objects_[opened_ - 1].url + ": empty, where header = true promises a header");
  std::vector<std::string> names;
  bool more = true;
  while (more) names.emplace_back(cut_field(*line, more));
  if (names_.empty()) names_ = names;
  if (names != names_) throw_invalid(place() + ": its columns are not those of " + objects_.front().url);
}

bool CsvRows::next(std::vector<double>& values) {
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

void CsvRows::parse(std::string_view line, std::vector<double>& values) const {
  values.clear();
  bool more = true;
  while (more) {
    const std::string_view field = cut_field(line, more);
    const std::optional<double> value = parse_number(field);
    if (!value) {
      const bool first = width_ == 0 && !header_;
      throw_invalid(place() + ": column " + std::to_string(values.size()) + ": '" +
                    std::string(field.substr(0, 40)) + "' is not a finite number" +
                    (first ? "; if this line names the columns, say header = true" : ""));
    }
    values.push_back(*value);
  }
}

std::string CsvRows::place() const {
  if (opened_ == 0) return objects_.front().url;
  return objects_[opened_ - 1].url + ":" + std::to_string(lines_->line());
}

}  // namespace trainyard
