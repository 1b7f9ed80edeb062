#include "daemon/base/hdf5.h"

#include <hdf5.h>

#include <algorithm>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

// Sets up HDF5, once per process, before its first use. Keeps HDF5 from printing its error stack on stderr.
// Turns off HDF5's clean-up at exit, which crashes if a file could not be written (on a full disk); our files
// are closed by their owners.
void tame_hdf5() {
  static const bool tamed = H5dont_atexit() >= 0 && H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
  (void)tamed;
}

herr_t keep_deepest(unsigned depth, const H5E_error2_t* error, void* text) {
  if (depth > 0 || error->desc == nullptr) return 0;
  auto& reason = *static_cast<std::string*>(text);
  reason = error->desc;
  std::replace(reason.begin(), reason.end(), '\n', ' ');
  return 0;
}

// Throws an Error with the message "OBJECT: WHAT: HDF5's own description of the failure".
[[noreturn]] void fail(ErrorKind kind, const std::string& object, const std::string& what) {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_deepest, &reason);
  throw Error(kind, object + ": " + what + (reason.empty() ? "" : ": " + reason));
}

Hdf5Id checked(hid_t id, ErrorKind kind, const std::string& object, const char* what) {
  if (id < 0) fail(kind, object, what);
  return Hdf5Id(id);
}

void check(herr_t status, const std::string& object, const char* what) {
  if (status < 0) fail(ErrorKind::unavailable, object, what);
}

hid_t file_type(ElementType type) {
  switch (type) {
    case ElementType::u8:
      return H5T_STD_U8LE;
    case ElementType::i32:
      return H5T_STD_I32LE;
    case ElementType::f32:
      return H5T_IEEE_F32LE;
  }
  return -1;
}

hid_t native_type(ElementType type) {
  switch (type) {
    case ElementType::u8:
      return H5T_NATIVE_UINT8;
    case ElementType::i32:
      return H5T_NATIVE_INT32;
    case ElementType::f32:
      return H5T_NATIVE_FLOAT;
  }
  return -1;
}

ElementType element_type(hid_t dataset, const std::string& name) {
  Hdf5Id type(H5Dget_type(dataset));
  for (ElementType known : {ElementType::u8, ElementType::i32, ElementType::f32})
    if (type && H5Tequal(type.get(), file_type(known)) > 0) return known;
  throw Error(ErrorKind::invalid, name + ": its elements are none of u8, i32 and f32, little-endian");
}

// Returns the type to which the array's numbers are converted.
ElementType converted_type(hid_t dataset, const std::string& name) {
  Hdf5Id type(H5Dget_type(dataset));
  const H5T_class_t kind = type ? H5Tget_class(type.get()) : H5T_NO_CLASS;
  if (kind == H5T_FLOAT) return ElementType::f32;
  if (kind != H5T_INTEGER)
    throw Error(ErrorKind::invalid, name + ": its elements are no numbers; convert them");
  return H5Tget_size(type.get()) == 1 && H5Tget_sign(type.get()) == H5T_SGN_NONE ? ElementType::u8
                                                                                 : ElementType::i32;
}

// Throws if far more bytes would be read than are stored, or if one chunk is too large for memory: a few
// bytes can describe an array of terabytes. Deflate, HDF5's usual compression, makes bytes at most 1032 times
// smaller.
void check_is_stored(hid_t dataset, std::int64_t bytes, const std::string& name) {
  constexpr std::int64_t most_compression = 1100, slack = 1 << 16;
  constexpr hsize_t most_chunk_elements = hsize_t{1} << 28;
  const auto stored = static_cast<std::int64_t>(H5Dget_storage_size(dataset));
  if (bytes / most_compression > stored + slack)
    throw Error(ErrorKind::invalid, name + ": an array of " + std::to_string(bytes) + " bytes, of which " +
                                        std::to_string(stored) + " are stored");
  Hdf5Id creation = checked(H5Dget_create_plist(dataset), ErrorKind::invalid, name, "no creation properties");
  if (H5Pget_layout(creation.get()) != H5D_CHUNKED) return;
  std::vector<hsize_t> chunk(H5S_MAX_RANK);
  const int rank = H5Pget_chunk(creation.get(), H5S_MAX_RANK, chunk.data());
  hsize_t elements = 1;
  for (int i = 0; i < rank; ++i) {
    elements *= chunk[static_cast<std::size_t>(i)];
    if (elements > most_chunk_elements) throw Error(ErrorKind::invalid, name + ": in chunks above 2 GiB");
  }
}

// Throws if the bytes of the array are in other files, which a foreign file can name at will.
void check_is_in_file(hid_t dataset, const std::string& name) {
  Hdf5Id creation = checked(H5Dget_create_plist(dataset), ErrorKind::invalid, name, "no creation properties");
  if (H5Pget_external_count(creation.get()) > 0 || H5Pget_layout(creation.get()) == H5D_VIRTUAL)
    throw Error(ErrorKind::invalid, name + ": its bytes are in other files; copy it into one file");
}

herr_t refuse_link(const char*, const char*, const char*, const char*, unsigned*, hid_t, void*) { return -1; }

// Returns properties with which no link to another file is followed.
Hdf5Id without_external_links(const std::string& name) {
  Hdf5Id access = checked(H5Pcreate(H5P_DATASET_ACCESS), ErrorKind::internal, name, "no access properties");
  check(H5Pset_elink_cb(access.get(), refuse_link, nullptr), name, "cannot refuse links");
  return access;
}

// Lets HDF5 report a number that does not fit, which it would otherwise replace by the nearest one that does.
H5T_conv_ret_t refuse_overflow(H5T_conv_except_t exception, hid_t, hid_t, void*, void*, void*) {
  const bool is_overflow = exception == H5T_CONV_EXCEPT_RANGE_HI || exception == H5T_CONV_EXCEPT_RANGE_LOW;
  return is_overflow ? H5T_CONV_ABORT : H5T_CONV_UNHANDLED;
}

Hdf5Id strict_transfer(const std::string& name) {
  Hdf5Id transfer = checked(H5Pcreate(H5P_DATASET_XFER), ErrorKind::internal, name, "no transfer properties");
  check(H5Pset_type_conv_cb(transfer.get(), refuse_overflow, nullptr), name, "cannot convert strictly");
  return transfer;
}

std::vector<std::int64_t> shape_of(hid_t dataset, const std::string& name) {
  Hdf5Id space = checked(H5Dget_space(dataset), ErrorKind::invalid, name, "no data space");
  int rank = H5Sget_simple_extent_ndims(space.get());
  if (rank < 0) fail(ErrorKind::invalid, name, "not a plain array");
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr);
  return {sizes.begin(), sizes.end()};
}

// Returns the HDF5 properties with which files are created and opened. They turn HDF5's locks off, because no
// other process opens a file that is being written (it has a temporary name). Arrays of 64 KiB and more begin
// at a multiple of the page size.
Hdf5Id file_access(const std::string& path) {
  tame_hdf5();
  Hdf5Id access = checked(H5Pcreate(H5P_FILE_ACCESS), ErrorKind::internal, path, "HDF5 does not start");
  check(H5Pset_file_locking(access.get(), false, true), path, "no way to do without locks");
  check(H5Pset_alignment(access.get(), 65536, 4096), path, "no way to align arrays");
  return access;
}

// HDF5's data spaces for the rows [first, first + count): the selected rows in the file, and an array of the
// same shape in memory.
struct Rows {
  Hdf5Id file, memory;
};

Rows select_rows(hid_t dataset, const Hdf5Dataset& like, const std::string& name, std::int64_t first,
                 std::int64_t count) {
  if (first < 0 || count < 0 || like.shape().empty() || first + count > like.rows())
    throw Error(ErrorKind::invalid, name + ": no rows " + std::to_string(first) + " to " +
                                        std::to_string(first + count) + " in " + std::to_string(like.rows()));
  std::vector<hsize_t> size(like.shape().begin(), like.shape().end());
  std::vector<hsize_t> start(size.size(), 0);
  start.front() = static_cast<hsize_t>(first);
  size.front() = static_cast<hsize_t>(count);
  Rows rows{checked(H5Dget_space(dataset), ErrorKind::unavailable, name, "no data space"),
            checked(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr),
                    ErrorKind::unavailable, name, "no data space")};
  check(H5Sselect_hyperslab(rows.file.get(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr),
        name, "cannot select rows");
  return rows;
}

template <class T>
constexpr ElementType element_type_of();
template <>
constexpr ElementType element_type_of<std::uint8_t>() {
  return ElementType::u8;
}
template <>
constexpr ElementType element_type_of<std::int32_t>() {
  return ElementType::i32;
}
template <>
constexpr ElementType element_type_of<float>() {
  return ElementType::f32;
}

// Returns the HDF5 type for text of variable length, because a fixed-length attribute is limited to 64 KiB.
Hdf5Id text_type(const std::string& object) {
  Hdf5Id type = checked(H5Tcopy(H5T_C_S1), ErrorKind::internal, object, "no text type");
  check(H5Tset_size(type.get(), H5T_VARIABLE), object, "no text type");
  check(H5Tset_cset(type.get(), H5T_CSET_UTF8), object, "no text type");
  return type;
}

void write_attribute(hid_t file, const std::string& object, const std::string& name, hid_t type,
                     hid_t memory_type, const void* value, const std::string& full_name) {
  Hdf5Id space = checked(H5Screate(H5S_SCALAR), ErrorKind::internal, full_name, "no data space");
  Hdf5Id attribute = checked(H5Acreate_by_name(file, object.c_str(), name.c_str(), type, space.get(),
                                               H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                             ErrorKind::unavailable, full_name, "cannot create the attribute");
  check(H5Awrite(attribute.get(), memory_type, value), full_name, "cannot write the attribute");
}

Hdf5Id open_attribute(hid_t file, const std::string& object, const std::string& name,
                      const std::string& full_name) {
  return checked(H5Aopen_by_name(file, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT),
                 ErrorKind::not_found, full_name, "no such attribute");
}

// Reads an attribute into `value`. Throws Error{invalid} unless the attribute is a single value, because an
// array would be written past the end of the variable.
void read_attribute(hid_t attribute, hid_t memory_type, void* value, const std::string& full_name) {
  Hdf5Id space = checked(H5Aget_space(attribute), ErrorKind::invalid, full_name, "no data space");
  if (H5Sget_simple_extent_npoints(space.get()) != 1)
    throw Error(ErrorKind::invalid, full_name + ": not a single value");
  if (H5Aread(attribute, memory_type, value) < 0)
    fail(ErrorKind::invalid, full_name, "not of the type asked for");
}

}  // namespace

const char* to_string(ElementType type) {
  switch (type) {
    case ElementType::u8:
      return "u8";
    case ElementType::i32:
      return "i32";
    case ElementType::f32:
      return "f32";
  }
  return "";
}

std::int64_t size_bytes(ElementType type) { return type == ElementType::u8 ? 1 : 4; }

Hdf5Id::Hdf5Id(Hdf5Id&& other) noexcept : id_(std::exchange(other.id_, -1)) {}

Hdf5Id& Hdf5Id::operator=(Hdf5Id&& other) noexcept {
  if (this != &other) {
    reset();
    id_ = std::exchange(other.id_, -1);
  }
  return *this;
}

Hdf5Id::~Hdf5Id() { reset(); }

// Closes files by H5Fclose, because only H5Fclose reports that the last bytes could not be written.
bool Hdf5Id::reset() {
  hid_t id = std::exchange(id_, -1);
  if (id < 0) return true;
  return (H5Iget_type(id) == H5I_FILE ? H5Fclose(id) : H5Idec_ref(id)) >= 0;
}

Hdf5Dataset::Hdf5Dataset(std::string name, Hdf5Id id)
    : name_(std::move(name)),
      id_(std::move(id)),
      type_(element_type(id_.get(), name_)),
      shape_(shape_of(id_.get(), name_)) {}

Hdf5Dataset::Hdf5Dataset(std::string name, Hdf5Id id, ElementType type)
    : name_(std::move(name)), id_(std::move(id)), type_(type), shape_(shape_of(id_.get(), name_)) {}

std::int64_t Hdf5Dataset::row_bytes() const {
  std::int64_t bytes = size_bytes(type_);
  for (std::size_t i = 1; i < shape_.size(); ++i) bytes *= shape_[i];
  return bytes;
}

std::optional<std::int64_t> Hdf5Dataset::offset() const {
  haddr_t offset = H5Dget_offset(id_.get());
  if (offset == HADDR_UNDEF) return std::nullopt;
  return static_cast<std::int64_t>(offset);
}

void Hdf5Dataset::write_rows(std::int64_t first, std::int64_t count, const void* rows) {
  if (count == 0) return;
  Rows selected = select_rows(id_.get(), *this, name_, first, count);
  check(
      H5Dwrite(id_.get(), native_type(type_), selected.memory.get(), selected.file.get(), H5P_DEFAULT, rows),
      name_, "cannot write");
}

void Hdf5Dataset::close() {
  if (!id_.reset()) fail(ErrorKind::unavailable, name_, "cannot write the last rows");
}

void Hdf5Dataset::read_rows(std::int64_t first, std::int64_t count, void* rows) const {
  if (count == 0) return;
  Rows selected = select_rows(id_.get(), *this, name_, first, count);
  Hdf5Id transfer = strict_transfer(name_);
  if (H5Dread(id_.get(), native_type(type_), selected.memory.get(), selected.file.get(), transfer.get(),
              rows) < 0)
    fail(ErrorKind::invalid, name_, "cannot read");
}

template <class T>
std::vector<T> Hdf5Dataset::read() const {
  if (type_ != element_type_of<T>())
    throw Error(ErrorKind::invalid,
                name_ + ": holds " + to_string(type_) + ", not " + to_string(element_type_of<T>()));
  std::int64_t row_length = row_bytes() / size_bytes(type_);
  std::vector<T> values(static_cast<std::size_t>(rows() * row_length));
  Hdf5Id transfer = strict_transfer(name_);
  if (!values.empty() &&
      H5Dread(id_.get(), native_type(type_), H5S_ALL, H5S_ALL, transfer.get(), values.data()) < 0)
    fail(ErrorKind::invalid, name_, "cannot read");
  return values;
}

template std::vector<std::uint8_t> Hdf5Dataset::read<std::uint8_t>() const;
template std::vector<std::int32_t> Hdf5Dataset::read<std::int32_t>() const;
template std::vector<float> Hdf5Dataset::read<float>() const;

Hdf5File Hdf5File::create(const std::string& path) {
  Hdf5Id access = file_access(path);
  return {path, checked(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()),
                        ErrorKind::unavailable, path, "cannot create the HDF5 file")};
}

Hdf5File Hdf5File::open(const std::string& path) {
  open_regular_file(path);  // checked here: HDF5 would wait for a FIFO, and reports a missing file badly
  Hdf5Id access = file_access(path);
  return {path, checked(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), ErrorKind::invalid, path,
                        "not a complete HDF5 file")};
}

Hdf5File Hdf5File::open_to_change(const std::string& path) {
  open_regular_file(path);
  Hdf5Id access = file_access(path);
  return {path, checked(H5Fopen(path.c_str(), H5F_ACC_RDWR, access.get()), ErrorKind::unavailable, path,
                        "cannot open the HDF5 file for writing")};
}

bool Hdf5File::has(const std::string& object) const {
  for (std::size_t slash = object.find('/', 1); slash != std::string::npos;
       slash = object.find('/', slash + 1))
    if (H5Lexists(id_.get(), object.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
  return object == "/" || H5Lexists(id_.get(), object.c_str(), H5P_DEFAULT) > 0;
}

void Hdf5File::create_group(const std::string& group) {
  checked(H5Gcreate2(id_.get(), group.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), ErrorKind::unavailable,
          name_of(group), "cannot create the group");
}

Hdf5Dataset Hdf5File::create_dataset(const std::string& dataset, ElementType type,
                                     const std::vector<std::int64_t>& shape) {
  std::string name = name_of(dataset);
  std::vector<hsize_t> sizes(shape.begin(), shape.end());
  Hdf5Id space = checked(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr),
                         ErrorKind::invalid, name, "no such shape");
  Hdf5Id creation =
      checked(H5Pcreate(H5P_DATASET_CREATE), ErrorKind::internal, name, "no creation properties");
  check(H5Pset_layout(creation.get(), H5D_CONTIGUOUS), name, "cannot be contiguous");
  check(H5Pset_alloc_time(creation.get(), H5D_ALLOC_TIME_EARLY), name, "cannot be allocated early");
  check(H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER), name, "cannot be left unfilled");
  return {name, checked(H5Dcreate2(id_.get(), dataset.c_str(), file_type(type), space.get(), H5P_DEFAULT,
                                   creation.get(), H5P_DEFAULT),
                        ErrorKind::unavailable, name, "cannot create the array")};
}

Hdf5Dataset Hdf5File::dataset(const std::string& dataset) const {
  std::string name = name_of(dataset);
  if (!has(dataset)) throw Error(ErrorKind::not_found, name + ": not in the file");
  return {name, checked(H5Dopen2(id_.get(), dataset.c_str(), H5P_DEFAULT), ErrorKind::invalid, name,
                        "not an array")};
}

Hdf5Dataset Hdf5File::converted_dataset(const std::string& dataset) const {
  std::string name = name_of(dataset);
  Hdf5Id access = without_external_links(name);
  Hdf5Id id = checked(H5Dopen2(id_.get(), dataset.c_str(), access.get()), ErrorKind::invalid, name,
                      "no array of this name in the file");
  check_is_in_file(id.get(), name);
  const ElementType type = converted_type(id.get(), name);
  Hdf5Dataset array(name, std::move(id), type);
  std::int64_t bytes = size_bytes(type);
  for (const std::int64_t size : array.shape()) {
    if (size < 0 || (size > 0 && bytes > (std::int64_t{1} << 60) / size))
      throw Error(ErrorKind::invalid, name + ": an array of no sensible size");
    bytes *= size;
  }
  check_is_stored(array.id_.get(), bytes, name);
  return array;
}

void Hdf5File::set_attribute(const std::string& object, const std::string& name, std::int64_t value) {
  write_attribute(id_.get(), object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value,
                  name_of(object) + "@" + name);
}

void Hdf5File::set_attribute(const std::string& object, const std::string& name, double value) {
  write_attribute(id_.get(), object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value,
                  name_of(object) + "@" + name);
}

void Hdf5File::set_attribute(const std::string& object, const std::string& name, const std::string& value) {
  Hdf5Id type = text_type(name_of(object));
  const char* text = value.c_str();
  write_attribute(id_.get(), object, name, type.get(), type.get(), &text, name_of(object) + "@" + name);
}

bool Hdf5File::has_attribute(const std::string& object, const std::string& name) const {
  return has(object) && H5Aexists_by_name(id_.get(), object.c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

std::int64_t Hdf5File::integer_attribute(const std::string& object, const std::string& name) const {
  std::string full_name = name_of(object) + "@" + name;
  std::int64_t value = 0;
  read_attribute(open_attribute(id_.get(), object, name, full_name).get(), H5T_NATIVE_INT64, &value,
                 full_name);
  return value;
}

double Hdf5File::number_attribute(const std::string& object, const std::string& name) const {
  std::string full_name = name_of(object) + "@" + name;
  double value = 0;
  read_attribute(open_attribute(id_.get(), object, name, full_name).get(), H5T_NATIVE_DOUBLE, &value,
                 full_name);
  return value;
}

std::string Hdf5File::text_attribute(const std::string& object, const std::string& name) const {
  std::string full_name = name_of(object) + "@" + name;
  Hdf5Id attribute = open_attribute(id_.get(), object, name, full_name);
  Hdf5Id type = text_type(full_name);
  char* text = nullptr;
  read_attribute(attribute.get(), type.get(), static_cast<void*>(&text), full_name);
  std::string value = text == nullptr ? "" : text;
  H5free_memory(text);
  return value;
}

void Hdf5File::close() {
  if (!id_.reset()) fail(ErrorKind::unavailable, path_, "cannot write the last bytes");
}

}  // namespace trainyard
