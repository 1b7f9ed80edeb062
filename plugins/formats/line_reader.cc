#include "plugins/formats/line_reader.h"

#include <algorithm>

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

}  // namespace

LineReader::LineReader(const Object& object, ObjectStore& store)
    : url_(object.url), bytes_(open_decompressed(object, store)) {}

bool LineReader::fill() {
  constexpr std::size_t step = 1 << 18;
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t old_size = buffer_.size();
  if (old_size > max_line_bytes)
    throw_invalid(url_ + ":" + std::to_string(line_ + 1) + ": a line above 64 MiB; is it text?");
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

std::string_view cut_field(std::string_view& line, char delimiter, bool& more) {
  const std::size_t begin = line.find_first_not_of(' ');
  const bool is_quoted = begin != std::string_view::npos && line[begin] == '"';
  const std::size_t quoted_end = is_quoted ? line.find('"', begin + 1) : std::string_view::npos;
  const std::size_t end = line.find(delimiter, quoted_end == std::string_view::npos ? 0 : quoted_end);
  more = end != std::string_view::npos;
  const std::string_view field = line.substr(0, end);
  line = more ? line.substr(end + 1) : std::string_view();
  return unquote(field);
}

}  // namespace trainyard
