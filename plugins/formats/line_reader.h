// Reads delimited text: lines, and the fields of a line.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/formats/object_stream.h"

namespace trainyard {

// Reads the lines of one object.
class LineReader {
 public:
  LineReader(const Object& object, ObjectStore& store);
  std::optional<std::string_view> next();  // the next line without its line end; valid until the next call
  std::int64_t line() const { return line_; }  // number of the last line, from 1

 private:
  bool fill();

  std::string url_;
  DecompressedReader bytes_;
  std::string buffer_;
  std::size_t begin_ = 0;  // start of the bytes in buffer_ that next() has not returned yet
  std::int64_t line_ = 0;
};

// Cuts the first field off `line`: what is before the delimiter, without blanks around it. In a field in
// double quotes the delimiter is a character like others; the quotes are left out. `more`: another field
// follows.
std::string_view cut_field(std::string_view& line, char delimiter, bool& more);

}  // namespace trainyard
