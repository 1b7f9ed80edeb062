// The header of an array in NumPy's format, and its elements.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/dataset_format.h"

namespace trainyard {

struct NpyHeader {
  char kind = 'f';     // 'b' boolean, 'u' unsigned, 'i' signed integers, 'f' floating point
  int size_bytes = 4;  // of an element
  bool is_big_endian = false;
  std::vector<std::int64_t> shape;  // the first size is the number of rows
  std::int64_t header_bytes = 0;    // the elements follow it, row after row

  std::int64_t rows() const { return shape.front(); }
  std::int64_t row_values() const;  // elements of a row
  std::int64_t row_bytes() const { return row_values() * size_bytes; }
  std::vector<std::int64_t> sample_shape() const;  // of a row; [1] if a row is one number
  bool holds_integers() const { return kind != 'f'; }
  // The type in which samples are kept: u8 for unsigned bytes and booleans, i32 for other integers, f32.
  SampleType sample_type() const;
  // True if the bytes of an element are those of a value of sample_type().
  bool is_native() const;
};

// Puts up to `size` bytes of an array in NumPy's format into `buffer` and returns their number; 0 at the end.
using NpyBytes = std::function<std::size_t(char* buffer, std::size_t size)>;

// Reads the header. Throws Error{invalid}, which names `what`, if the bytes are not NumPy's format, or an
// array that cannot be used: in Fortran's order, of another type, or without rows.
NpyHeader read_npy_header(const NpyBytes& bytes, const std::string& what);

// Fills the buffer. Throws Error{invalid}, which names `what`, at the end of the array.
void read_npy_bytes(const NpyBytes& bytes, char* buffer, std::size_t size, const std::string& what);

// Reads all elements that follow the header. The memory grows with the bytes that were read, not with the
// header's word. Throws Error{invalid} if there are fewer or more.
std::vector<double> read_npy_numbers(const NpyHeader& header, const NpyBytes& bytes, const std::string& what);

// Appends the elements, as values of header.sample_type(). Throws Error{invalid}, which names `what`, if an
// integer does not fit.
void convert_npy_elements(const NpyHeader& header, std::string_view elements, std::vector<std::byte>& samples,
                          const std::string& what);

}  // namespace trainyard
