// DelimitedRows: reads objects of delimited text as rows of numbers, one object after the other. Fields are
// separated by the delimiter, and can be in double quotes and have blanks around them. Empty lines are
// skipped. Lines end in LF or CRLF. Throws Error{invalid}, naming object, line, column and value.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/formats/line_reader.h"

namespace trainyard {

class DelimitedRows {
 public:
  // `header`: the first line of every object names the columns. The names must be the same in all objects.
  DelimitedRows(std::vector<Object> objects, ObjectStore& store, char delimiter, bool header);

  // Returns the names of the columns; empty without a header. They are known after the first call of next().
  const std::vector<std::string>& names() const { return names_; }

  // Reads the values of the next row. All are finite, and every row has the same number of them. Returns
  // false at the end and leaves `values` as they were.
  bool next(std::vector<double>& values);

  // Returns the position of the last row: "file:///b/digits.csv:12".
  std::string place() const;

 private:
  bool open_next_object();
  void read_header();
  void parse(std::string_view line, std::vector<double>& values) const;

  std::vector<Object> objects_;
  ObjectStore& store_;
  char delimiter_;
  bool header_;
  std::size_t opened_ = 0;  // objects_[opened_ - 1] is being read
  std::optional<LineReader> lines_;
  std::vector<std::string> names_;
  std::size_t width_ = 0;  // 0: no row yet
};

}  // namespace trainyard
