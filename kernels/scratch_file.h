// The scratch file: a staged data set as an HDF5 file. The agent writes it when it stages a data set, the
// ranks of the trainer map it into memory, any other program may read it. The format is in
// man/trainyard-scratch.5.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/atomic_file.h"
#include "daemon/base/hdf5.h"

namespace trainyard {

// ---- the names in the file

namespace scratch_names {
constexpr std::int64_t version = 1;  // of this format

constexpr const char* train_group = "/train";
constexpr const char* test_group = "/test";
constexpr const char* train_samples = "/train/samples";  // [n, shape...] u8, i32 or f32, contiguous
constexpr const char* train_labels = "/train/labels";    // [n] i32 in [0, classes), or [n, targets] f32
constexpr const char* test_samples = "/test/samples";    // the held-out split; may have no rows
constexpr const char* test_labels = "/test/labels";

// Names of attributes of the root group "/".
constexpr const char* format_version = "format_version";  // integer: version
constexpr const char* scale = "scale";                    // number: the network sees value × scale
constexpr const char* classes = "classes";                // integer: how many; 0 where labels are targets
constexpr const char* class_names = "class_names";        // text: JSON, a list; only if classes have names
constexpr const char* created_by = "created_by";          // text: program and version
constexpr const char* sources = "sources";                // text: JSON, the sources of the data
constexpr const char* digests = "digests";                // text: JSON, digests of the sources' bytes
}  // namespace scratch_names

// ---- the contents of the file

enum class Split { train, test };

// The layout of a scratch file. It is known before the first sample is written, and does not change later.
struct ScratchLayout {
  ElementType type = ElementType::u8;  // of samples
  std::vector<std::int64_t> shape;     // of one sample
  std::int64_t train_count = 0;        // samples
  std::int64_t test_count = 0;
  std::int64_t classes = 0;  // labels are class numbers below this; 0: labels are targets
  std::int64_t targets = 0;  // numbers per sample where classes is 0
  double scale = 1.0;
  std::vector<std::string> class_names;  // by class; empty: classes have no names
  std::string sources = "{}";            // JSON text

  bool operator==(const ScratchLayout& other) const;
};

struct ScratchInfo : ScratchLayout {
  std::int64_t version = 0;
  std::string created_by;
};

// Reads the attributes and shapes of a scratch file, not the samples. Throws Error{not_found} if the file
// does not exist, Error{invalid}, naming the wrong object, if the file does not have the format.
ScratchInfo read_scratch_info(const std::string& path);

// ---- writing the file

// Writes a scratch file under a temporary name in the folder of `path`. commit() renames the complete file to
// `path`. Without commit() the destructor removes the file.
class ScratchWriter {
 public:
  ScratchWriter(const std::string& path,
                const ScratchLayout& layout);  // throws Error{invalid} on an impossible layout

  // Append the next `count` samples of the split, in order: count × element_count(shape) elements of the
  // layout's type, with their labels. Calls with a few hundred rows are faster than calls with one. Throw
  // Error{invalid} if there are more samples than in the layout, or if a label is not below `classes`.
  void append(Split split, const void* samples, const std::int32_t* labels, std::int64_t count);
  void append(Split split, const void* samples, const float* targets, std::int64_t count);

  // Closes and fsyncs the file, renames it and fsyncs the directory. Throws Error{invalid} if samples are
  // missing.
  void commit();

 private:
  struct Part {
    Hdf5Dataset samples;
    Hdf5Dataset labels;
    std::int64_t written = 0;
  };

  Part create_part(Split split);
  void append_rows(Split split, const void* samples, const void* labels, std::int64_t count);

  std::string path_;
  ScratchLayout layout_;
  AtomicFile beside_;
  Hdf5File file_;
  std::optional<Part> train_;
  std::optional<Part> test_;
};

// Adds the attribute `digests` to a complete file, without an fsync.
void add_digests(const std::string& path, const std::string& json);

// ---- writing the arrays past HDF5

// The offsets in bytes at which the arrays of a split begin in the file; 0 for an array without rows.
struct SplitPlace {
  std::int64_t samples = 0;
  std::int64_t labels = 0;
};
struct ScratchPlaces {
  SplitPlace train, test;
};

// Creates a scratch file whose arrays have their size but undefined elements, which the caller must write.
// Makes no fsync.
void create_unwritten_scratch_file(const std::string& path, const ScratchLayout& layout);
ScratchPlaces places_in_scratch_file(const std::string& path);

}  // namespace trainyard
