// The scratch file: a data set as the ranks read it, in HDF5. The agent's stage writes it, the trainer
// maps it, anything else may read it. The contract for others is man/trainyard-scratch.5.
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
constexpr std::int64_t version = 1;  // of this contract

constexpr const char* train_group = "/train";
constexpr const char* test_group = "/test";
constexpr const char* train_samples = "/train/samples";  // [n, shape...] u8, i32 or f32, contiguous
constexpr const char* train_labels = "/train/labels";    // [n] i32 in [0, classes), or [n, targets] f32
constexpr const char* test_samples = "/test/samples";    // the held-out split; may have no rows
constexpr const char* test_labels = "/test/labels";

// Attributes of "/".
constexpr const char* format_version = "format_version";  // integer: version
constexpr const char* scale = "scale";                    // number: the network sees value × scale
constexpr const char* classes = "classes";                // integer: how many; 0 where labels are targets
constexpr const char* created_by = "created_by";          // text: program and version
constexpr const char* sources = "sources";                // text: JSON, what it was made from
}  // namespace scratch_names

// ---- what is in it

enum class Split { train, test };

// Said before the first sample is written: nothing of it changes later.
struct ScratchLayout {
  ElementType type = ElementType::u8;  // of samples
  std::vector<std::int64_t> shape;     // of one sample
  std::int64_t train_count = 0;        // samples
  std::int64_t test_count = 0;
  std::int64_t classes = 0;  // labels are class numbers below this; 0: labels are targets
  std::int64_t targets = 0;  // numbers per sample where classes is 0
  double scale = 1.0;
  std::string sources = "{}";  // JSON text
};

struct ScratchInfo : ScratchLayout {
  std::int64_t version = 0;
  std::string created_by;
};

// Reads the attributes and shapes, not the samples. Error{not_found} when the file is not there;
// Error{invalid} when it breaks the contract, saying where.
ScratchInfo read_scratch_info(const std::string& path);

// ---- writing it

// Writes beside `path`; the name appears, complete, with commit(). Without commit() nothing stays.
class ScratchWriter {
 public:
  ScratchWriter(const std::string& path,
                const ScratchLayout& layout);  // Error{invalid} on a layout that cannot be

  // The next `count` samples of the split, in order: count × element_count(shape) elements of the layout's
  // type, with their labels. A row at a time is right, a few hundred at a time is fast.
  // Error{invalid} when there are more than the layout said, or a label is not below classes.
  void append(Split split, const void* samples, const std::int32_t* labels, std::int64_t count);
  void append(Split split, const void* samples, const float* targets, std::int64_t count);

  // close, fsync, rename, fsync of the directory. Error{invalid} when samples are missing.
  void commit();

 private:
  struct Part {
    Hdf5Dataset samples;
    Hdf5Dataset labels;
    std::int64_t written = 0;
  };

  Part create_part(const char* group, const char* samples, const char* labels, std::int64_t count);
  void append_rows(Split split, const void* samples, const void* labels, std::int64_t count);

  std::string path_;
  ScratchLayout layout_;
  AtomicFile beside_;
  Hdf5File file_;
  std::optional<Part> train_;
  std::optional<Part> test_;
};

}  // namespace trainyard
