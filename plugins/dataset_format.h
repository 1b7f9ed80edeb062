// DatasetFormat: parses objects of a store into samples and labels, for the agent that stages them. Each
// object is for one thread at a time. Every function throws Error{invalid}, naming object, line and value, if
// the data are wrong.
// `options` are the keys of [data] that belong to the format (plugins/formats/table/format_table.h) as JSON,
// those of the second source without "test_", and
//   shape        the shape of one sample, where the manifest gives it
//   label_file   the URL of the object with the labels, where the manifest names one; it is among the objects
//   class_names  for the second source: SampleInfo::class_names of the first one
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/json.h"
#include "plugins/object_store.h"

namespace trainyard {

enum class SampleType { u8, f32, i32 };

// Describes all samples of a data set. It is known before the first row is read, because the layout of the
// scratch file depends on it.
struct SampleInfo {
  std::int64_t count = 0;           // rows
  std::vector<std::int64_t> shape;  // of one sample, channels first: {1, 8, 8}
  SampleType type = SampleType::f32;
  std::int64_t classes = 0;              // labels are 0 … classes − 1; 0: targets instead of classes
  std::int64_t target_width = 0;         // values per target when classes is 0
  std::vector<std::string> class_names;  // by class; empty: classes have no names
};

// Some consecutive rows of a data set, converted. `samples` has count × product(shape) values of info().type,
// in native byte order. `labels` (classes > 0) or `targets` (classes = 0) belong to the same rows.
struct SampleBlock {
  std::int64_t count = 0;
  std::vector<std::byte> samples;
  std::vector<std::int32_t> labels;
  std::vector<float> targets;
};

class SampleReader {
 public:
  virtual ~SampleReader() = default;
  virtual const SampleInfo& info() const = 0;
  // Returns the next rows in the source's order, at most max_rows. Returns count 0 at the end.
  virtual SampleBlock next(std::int64_t max_rows) = 0;
};

// Where some consecutive rows of a data set are stored in an object.
struct RowRange {
  std::size_t object = 0;   // its index among the objects
  std::int64_t offset = 0;  // of the first row's bytes
  std::int64_t count = 0;   // rows
};

// A data set whose rows are stored in its objects uncompressed, one after the other, and all have the same
// size. So any range of rows can be converted by itself, in any order and by any thread.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual const SampleInfo& info() const = 0;
  virtual std::int64_t row_bytes() const = 0;               // of a row in an object
  virtual const std::vector<RowRange>& ranges() const = 0;  // in the order of the rows

  // Replaces `block` by the rows that begin with row `first` of the data set; `rows` are their bytes.
  virtual void convert(std::int64_t first, std::string_view rows, SampleBlock& block) const = 0;

  // Returns true if the bytes of a row are equal to those of its sample, so that samples need not be
  // converted. The caller then uses convert_labels(), which does the same as convert() but leaves
  // block.samples empty.
  virtual bool rows_are_samples() const { return false; }
  virtual void convert_labels(std::int64_t /*first*/, std::int64_t /*count*/, SampleBlock& /*block*/) const {}
};

class DatasetFormat {
 public:
  virtual ~DatasetFormat() = default;

  // Opens the data set as a RowSource; returns null if its rows are compressed, or not all of one size. Reads
  // only headers and labels.
  virtual std::unique_ptr<RowSource> open_rows(const std::vector<Object>&, ObjectStore&,
                                               const Json& /*options*/) {
    return nullptr;
  }

  // Returns a reader of the samples in the source's order. Only called if open_rows() returned null.
  virtual std::unique_ptr<SampleReader> open(const std::vector<Object>& objects, ObjectStore&,
                                             const Json& /*options*/) {
    throw Error(ErrorKind::internal, objects.front().url + ": this format reads rows only");
  }
};

}  // namespace trainyard
