// CsvRows: reads CSV objects as rows of numbers, one object after the other. Fields are separated by commas,
// and can be in double quotes and have blanks around them. Empty lines are skipped. Lines end in LF or CRLF.
// Throws Error{invalid}, naming object, line, column and value.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

class CsvRows {
 public:
  // `header`: the first line of every object names the columns. The names must be the same in all objects.
  CsvRows(std::vector<Object> objects, ObjectStore& store, bool header);

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
  bool header_;
  std::size_t opened_ = 0;  // objects_[opened_ - 1] is being read
  std::optional<LineReader> lines_;
  std::vector<std::string> names_;
  std::size_t width_ = 0;  // 0: no row yet
};

}  // namespace trainyard
