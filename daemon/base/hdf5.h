// HDF5: files of contiguous arrays and attributes, over the C API of the serial library.
// Every failure is an Error that names the file and the object: not_found if the file or the object does not
// exist, invalid if it is not of the requested kind, unavailable if writing failed. Files are used without
// HDF5's locks, which fail on some network file systems; so a writer writes under a temporary name. Two
// threads must not use the same file at the same time.
// This header stays C++17 and free of hdf5.h: the kernels include it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace trainyard {

// The type of an array's elements; little-endian in the file.
enum class ElementType { u8, i32, f32 };

const char* to_string(ElementType type);  // "u8", "i32", "f32"
std::int64_t size_bytes(ElementType type);

// Owns an HDF5 identifier of any kind; the destructor releases it.
class Hdf5Id {
 public:
  Hdf5Id() = default;
  explicit Hdf5Id(std::int64_t id) : id_(id) {}
  Hdf5Id(Hdf5Id&& other) noexcept;
  Hdf5Id& operator=(Hdf5Id&& other) noexcept;
  ~Hdf5Id();

  std::int64_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }
  bool reset();  // false if HDF5 could not release it

 private:
  std::int64_t id_ = -1;
};

// An n-dimensional array in a file. A row is the part of the array at one index of the first dimension.
class Hdf5Dataset {
 public:
  ElementType type() const { return type_; }
  const std::vector<std::int64_t>& shape() const { return shape_; }
  std::int64_t rows() const { return shape_.empty() ? 1 : shape_.front(); }
  std::int64_t row_bytes() const;

  // Returns the offset of the array's bytes in the file, for mmap and pread. Returns nothing if the array is
  // empty, chunked or compressed.
  std::optional<std::int64_t> offset() const;

  // Write and read the rows [first, first + count): `count * row_bytes()` bytes of elements in the machine's
  // byte order.
  void write_rows(std::int64_t first, std::int64_t count, const void* rows);
  void read_rows(std::int64_t first, std::int64_t count, void* rows) const;

  // Writes the rows that HDF5 still holds in memory; to be called after the last write_rows(). Throws
  // Error{unavailable} if that fails, which the destructor cannot report.
  void close();

  // Returns the whole array. Throws Error{invalid} if T is not the type of its elements. T: std::uint8_t,
  // std::int32_t or float.
  template <class T>
  std::vector<T> read() const;

 private:
  friend class Hdf5File;
  Hdf5Dataset(std::string name, Hdf5Id id);
  Hdf5Dataset(std::string name, Hdf5Id id, ElementType type);

  std::string name_;  // "/a/file.h5:/train/samples"
  Hdf5Id id_;
  ElementType type_ = ElementType::u8;
  std::vector<std::int64_t> shape_;
};

extern template std::vector<std::uint8_t> Hdf5Dataset::read<std::uint8_t>() const;
extern template std::vector<std::int32_t> Hdf5Dataset::read<std::int32_t>() const;
extern template std::vector<float> Hdf5Dataset::read<float>() const;

// An HDF5 file. Its objects are named by their path in the file: "/" is the root, "/train/samples" an array.
class Hdf5File {
 public:
  static Hdf5File create(const std::string& path);  // empties an existing file
  static Hdf5File open(const std::string& path);    // for reading
  static Hdf5File open_to_change(const std::string& path);

  const std::string& path() const { return path_; }
  bool has(const std::string& object) const;

  void create_group(const std::string& group);

  // Creates a contiguous array. Its space is allocated at once, but not filled: elements that are never
  // written are undefined.
  Hdf5Dataset create_dataset(const std::string& dataset, ElementType type,
                             const std::vector<std::int64_t>& shape);
  Hdf5Dataset dataset(const std::string& dataset) const;
  // As dataset(), also for arrays of other numbers, which read_rows() and read() convert: unsigned integers
  // of one byte are u8, other integers i32, floating point f32. Reading throws Error{invalid} where a number
  // does not fit. Throws Error{invalid} if the array says that it is much larger than what is stored of it.
  Hdf5Dataset converted_dataset(const std::string& dataset) const;

  void set_attribute(const std::string& object, const std::string& name, std::int64_t value);
  void set_attribute(const std::string& object, const std::string& name, double value);
  void set_attribute(const std::string& object, const std::string& name, const std::string& value);
  bool has_attribute(const std::string& object, const std::string& name) const;

  // Return an attribute's value. HDF5 converts between types of numbers, but not between text and numbers.
  std::int64_t integer_attribute(const std::string& object, const std::string& name) const;
  double number_attribute(const std::string& object, const std::string& name) const;
  std::string text_attribute(const std::string& object, const std::string& name) const;

  // Writes pending bytes and closes the file. The destructor closes the file, too, but cannot report a
  // failure. All Hdf5Datasets of this file must be destroyed before. Does not fsync.
  void close();

 private:
  Hdf5File(std::string path, Hdf5Id id) : path_(std::move(path)), id_(std::move(id)) {}
  std::string name_of(const std::string& object) const { return path_ + ":" + object; }

  std::string path_;
  Hdf5Id id_;
};

}  // namespace trainyard
