#include "plugins/formats/npy/header.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "daemon/base/error.h"
#include "plugins/formats/shape.h"

namespace trainyard {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t most_header_bytes = 64 << 10;
constexpr std::size_t most_dimensions = 9;  // the rows, and 8 of a sample

// Returns what follows `'key':` in the header, a dictionary of Python's.
std::string_view value_of(std::string_view dictionary, const std::string& key, const std::string& what) {
  const std::size_t at = dictionary.find("'" + key + "'");
  const std::size_t colon = dictionary.find(':', at);
  if (at == std::string_view::npos || colon == std::string_view::npos)
    throw_invalid(what + ": not NumPy's format: its header has no " + key);
  dictionary.remove_prefix(colon + 1);
  dictionary.remove_prefix(std::min(dictionary.find_first_not_of(' '), dictionary.size()));
  return dictionary;
}

void read_type(std::string_view descr, NpyHeader& header, const std::string& what) {
  const std::size_t end = descr.size() > 1 && descr[0] == '\'' ? descr.find('\'', 1) : std::string_view::npos;
  const std::string_view type = end == std::string_view::npos ? std::string_view() : descr.substr(1, end - 1);
  constexpr std::array<std::string_view, 11> known = {"b1", "u1", "u2", "u4", "u8", "i1",
                                                      "i2", "i4", "i8", "f4", "f8"};
  const bool is_known = type.size() == 3 &&
                        std::string_view("<>|=").find(type[0]) != std::string_view::npos &&
                        std::ranges::find(known, type.substr(1)) != known.end();
  if (!is_known)
    throw_invalid(what + ": elements of type " +
                  std::string(descr.substr(0, std::min<std::size_t>(end, 40))) +
                  "; convert them, for example by array.astype('float32')");
  header.kind = type[1];
  header.size_bytes = type[2] - '0';
  header.is_big_endian = type[0] == '>';
}

// Reads "(60000, 28, 28)".
void read_shape(std::string_view text, NpyHeader& header, const std::string& what) {
  if (text.empty() || text[0] != '(') throw_invalid(what + ": not NumPy's format: no shape in its header");
  text.remove_prefix(1);
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" ,"), text.size()));
    if (text.empty() || text[0] == ')') break;
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || size < 0 || header.shape.size() == most_dimensions)
      throw_invalid(what + ": an array of no sensible shape");
    header.shape.push_back(size);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
}

void check_shape(const NpyHeader& header, const std::string& what) {
  if (header.shape.empty() || header.rows() == 0) throw_invalid(what + ": an array without rows");
  std::int64_t bytes = header.size_bytes;
  for (std::size_t i = 1; i < header.shape.size(); ++i) {
    if (header.shape[i] < 1 || header.shape[i] > most_row_bytes / bytes)
      throw_invalid(what + ": rows of no sensible size");
    bytes *= header.shape[i];
  }
  if (header.rows() > std::numeric_limits<std::int64_t>::max() / 2 / bytes)
    throw_invalid(what + ": an array of no sensible size");
}

// Calls use(value) with each element, as the type T in the order of this machine.
template <class T, class Use>
void each_of(const NpyHeader& header, std::string_view elements, const Use& use) {
  for (std::size_t at = 0; at + sizeof(T) <= elements.size(); at += sizeof(T)) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, elements.data() + at, sizeof(T));
    if (header.is_big_endian) std::reverse(bytes, bytes + sizeof(T));
    T value;
    std::memcpy(&value, bytes, sizeof(T));
    use(value);
  }
}

template <class Use>
void each_element(const NpyHeader& header, std::string_view elements, const Use& use) {
  if (header.kind == 'f' && header.size_bytes == 4) return each_of<float>(header, elements, use);
  if (header.kind == 'f') return each_of<double>(header, elements, use);
  if (header.kind == 'i' && header.size_bytes == 1) return each_of<std::int8_t>(header, elements, use);
  if (header.kind == 'i' && header.size_bytes == 2) return each_of<std::int16_t>(header, elements, use);
  if (header.kind == 'i' && header.size_bytes == 4) return each_of<std::int32_t>(header, elements, use);
  if (header.kind == 'i') return each_of<std::int64_t>(header, elements, use);
  if (header.size_bytes == 2) return each_of<std::uint16_t>(header, elements, use);
  if (header.size_bytes == 4) return each_of<std::uint32_t>(header, elements, use);
  if (header.size_bytes == 8) return each_of<std::uint64_t>(header, elements, use);
  return each_of<std::uint8_t>(header, elements, use);
}

template <class T>
void append(std::vector<std::byte>& samples, T value) {
  const auto* bytes = reinterpret_cast<const std::byte*>(&value);
  samples.insert(samples.end(), bytes, bytes + sizeof value);
}

template <class T>
bool fits_i32(T value) {
  return std::in_range<std::int32_t>(value);
}

}  // namespace

std::int64_t NpyHeader::row_values() const {
  std::int64_t values = 1;
  for (std::size_t i = 1; i < shape.size(); ++i) values *= shape[i];
  return values;
}

std::vector<std::int64_t> NpyHeader::sample_shape() const {
  if (shape.size() == 1) return {1};
  return {shape.begin() + 1, shape.end()};
}

SampleType NpyHeader::sample_type() const {
  if (kind == 'f') return SampleType::f32;
  return kind != 'i' && size_bytes == 1 ? SampleType::u8 : SampleType::i32;
}

bool NpyHeader::is_native() const {
  if (size_bytes == 1) return kind != 'i';
  return !is_big_endian && size_bytes == 4 && kind != 'u';
}

void read_npy_bytes(const NpyBytes& bytes, char* buffer, std::size_t size, const std::string& what) {
  while (size > 0) {
    const std::size_t got = bytes(buffer, size);
    if (got == 0) throw_invalid(what + ": shorter than its header says");
    buffer += got;
    size -= got;
  }
}

NpyHeader read_npy_header(const NpyBytes& bytes, const std::string& what) {
  unsigned char begin[12];
  const auto read = [&](void* into, std::size_t size) {
    read_npy_bytes(bytes, static_cast<char*>(into), size, what);
  };
  read(begin, 10);
  if (std::string_view(reinterpret_cast<char*>(begin), magic.size()) != magic)
    throw_invalid(what + ": not NumPy's format (.npy)");
  std::size_t size = begin[8] | (begin[9] << 8);
  std::int64_t fixed = 10;
  if (begin[6] >= 2) {  // later versions have four bytes of length
    read(begin + 10, 2);
    size |= (static_cast<std::size_t>(begin[10]) << 16) | (static_cast<std::size_t>(begin[11]) << 24);
    fixed = 12;
  }
  if (size > most_header_bytes) throw_invalid(what + ": not NumPy's format: a header above 64 KiB");
  std::string dictionary(size, '\0');
  read(dictionary.data(), size);

  NpyHeader header;
  header.header_bytes = fixed + static_cast<std::int64_t>(size);
  read_type(value_of(dictionary, "descr", what), header, what);
  if (!value_of(dictionary, "fortran_order", what).starts_with("False"))
    throw_invalid(what + ": in Fortran's order; save it by numpy.save(…, numpy.ascontiguousarray(array))");
  read_shape(value_of(dictionary, "shape", what), header, what);
  check_shape(header, what);
  return header;
}

std::vector<double> read_npy_numbers(const NpyHeader& header, const NpyBytes& bytes,
                                     const std::string& what) {
  std::vector<double> numbers;
  constexpr std::int64_t most_at_once = 1 << 16;
  std::string piece;
  for (std::int64_t left = header.rows() * header.row_values(); left > 0; left -= most_at_once) {
    piece.resize(static_cast<std::size_t>(std::min(left, most_at_once) * header.size_bytes));
    read_npy_bytes(bytes, piece.data(), piece.size(), what);
    each_element(header, piece, [&](auto value) { numbers.push_back(static_cast<double>(value)); });
  }
  char more = 0;
  if (bytes(&more, 1) != 0) throw_invalid(what + ": longer than its header says");
  return numbers;
}

void convert_npy_elements(const NpyHeader& header, std::string_view elements, std::vector<std::byte>& samples,
                          const std::string& what) {
  if (header.is_native()) {
    const auto* bytes = reinterpret_cast<const std::byte*>(elements.data());
    samples.insert(samples.end(), bytes, bytes + elements.size());
    return;
  }
  each_element(header, elements, [&](auto value) {
    if constexpr (std::is_floating_point_v<decltype(value)>) {
      const auto number = static_cast<float>(value);
      if (std::isinf(number) && !std::isinf(value))
        throw_invalid(what + ": " + std::to_string(value) + " does not fit into single precision");
      append(samples, number);
    } else {
      if (!fits_i32(value))
        throw_invalid(
            what + ": " + std::to_string(value) +
            " does not fit into 32 bits; convert the array, for example by array.astype('float32')");
      append(samples, static_cast<std::int32_t>(value));
    }
  });
}

}  // namespace trainyard
