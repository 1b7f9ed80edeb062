// HDF5: files of contiguous arrays and attributes, over the C API of the serial library.
// Every failure is an Error that names the file and the object: not_found when the file or the object is
// not there, invalid when it is not what was asked for, unavailable when writing failed.
// Files are used without HDF5's locks (they fail on some network file systems); whoever writes does so
// beside the final name. Not for use by two threads at once on the same file.
// This header stays C++17 and free of hdf5.h: the kernels include it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace trainyard {

// What an array is made of; little-endian in the file.
enum class ElementType { u8, i32, f32 };

const char* to_string(ElementType type);  // "u8", "i32", "f32"
std::int64_t size_bytes(ElementType type);

// An HDF5 identifier of any sort, released when it goes.
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

// An n-dimensional array; a row is one index of its first dimension.
class Hdf5Dataset {
 public:
  ElementType type() const { return type_; }
  const std::vector<std::int64_t>& shape() const { return shape_; }
  std::int64_t rows() const { return shape_.empty() ? 1 : shape_.front(); }
  std::int64_t row_bytes() const;

  // Where its bytes begin in the file, for mmap and pread. Nothing when it is empty, chunked or compressed.
  std::optional<std::int64_t> offset() const;

  // Rows [first, first + count), `count * row_bytes()` bytes of native elements.
  void write_rows(std::int64_t first, std::int64_t count, const void* rows);
  void read_rows(std::int64_t first, std::int64_t count, void* rows) const;

  // After the last row that is written: HDF5 holds small writes back. Error{unavailable} when they cannot be
  // written, which a destructor does not say.
  void close();

  // All of it; Error{invalid} when T is not its type. T: std::uint8_t, std::int32_t, float.
  template <class T>
  std::vector<T> read() const;

 private:
  friend class Hdf5File;
  Hdf5Dataset(std::string name, Hdf5Id id);

  std::string name_;  // "/a/file.h5:/train/samples"
  Hdf5Id id_;
  ElementType type_ = ElementType::u8;
  std::vector<std::int64_t> shape_;
};

extern template std::vector<std::uint8_t> Hdf5Dataset::read<std::uint8_t>() const;
extern template std::vector<std::int32_t> Hdf5Dataset::read<std::int32_t>() const;
extern template std::vector<float> Hdf5Dataset::read<float>() const;

// Objects are named by their path in the file: "/" is the root, "/train/samples" an array.
class Hdf5File {
 public:
  static Hdf5File create(const std::string& path);  // empties a file that is there
  static Hdf5File open(const std::string& path);    // for reading

  const std::string& path() const { return path_; }
  bool has(const std::string& object) const;

  void create_group(const std::string& group);

  // Contiguous, its space reserved at once and not filled: what is never written is not defined.
  Hdf5Dataset create_dataset(const std::string& dataset, ElementType type,
                             const std::vector<std::int64_t>& shape);
  Hdf5Dataset dataset(const std::string& dataset) const;

  void set_attribute(const std::string& object, const std::string& name, std::int64_t value);
  void set_attribute(const std::string& object, const std::string& name, double value);
  void set_attribute(const std::string& object, const std::string& name, const std::string& value);
  bool has_attribute(const std::string& object, const std::string& name) const;

  // Numbers are converted as HDF5 converts them; text and numbers are not mixed.
  std::int64_t integer_attribute(const std::string& object, const std::string& name) const;
  double number_attribute(const std::string& object, const std::string& name) const;
  std::string text_attribute(const std::string& object, const std::string& name) const;

  // Writes what is pending and closes; the destructor closes too, but cannot report a failure.
  // Datasets of this file must be gone by then. Does not fsync.
  void close();

 private:
  Hdf5File(std::string path, Hdf5Id id) : path_(std::move(path)), id_(std::move(id)) {}
  std::string name_of(const std::string& object) const { return path_ + ":" + object; }

  std::string path_;
  Hdf5Id id_;
};

}  // namespace trainyard
