// CSV objects as rows of numbers, one object after the other. Fields are separated by commas, may stand in
// double quotes and have blanks around them; empty lines are skipped; lines end in LF or CRLF. Error{invalid}
// names object, line, column and value.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/formats/object_stream.h"

namespace trainyard {

// The lines of one object.
class LineReader {
 public:
  LineReader(const Object& object, ObjectStore& store);
  std::optional<std::string_view> next();      // without its end; valid until the next call
  std::int64_t line() const { return line_; }  // of the last one, from 1

 private:
  bool fill();

  std::string url_;
  DecompressedReader bytes_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what was not handed out
  std::int64_t line_ = 0;
};

class CsvRows {
 public:
  // With `header` the first line of every object names the columns, all alike.
  CsvRows(std::vector<Object> objects, ObjectStore& store, bool header);

  // The header's names; empty without one. Known once next() has been called.
  const std::vector<std::string>& names() const { return names_; }

  // The next row's values, all finite; false at the end, with `values` as they were. Every row has as many.
  bool next(std::vector<double>& values);

  // "file:///b/digits.csv:12": the last row's place.
  std::string place() const;

 private:
  bool open_next_object();
  void read_header();
  void parse(std::string_view line, std::vector<double>& values) const;

  std::vector<Object> objects_;
  ObjectStore& store_;
  bool header_;
  std::size_t opened_ = 0;  // objects_[opened_ - 1] is being read
  std::optional<LineReader> lines_;
  std::vector<std::string> names_;
  std::size_t width_ = 0;  // 0: no row yet
};

}  // namespace trainyard
