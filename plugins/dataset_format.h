// DatasetFormat: turns objects of a store into samples and labels, for the agent that stages them.
// One thread at a time. Throws Error{invalid} naming object, line and value where the data are wrong.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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
  std::int64_t classes = 0;       // labels are 0 … classes − 1; 0: targets instead of classes
  std::int64_t target_width = 0;  // values per target when classes is 0
};

// Consecutive rows. `samples` holds count × product(shape) values of info().type, in native byte order.
// `labels` (classes > 0) or `targets` (classes = 0) belong to the same rows.
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

class DatasetFormat {
 public:
  virtual ~DatasetFormat() = default;
  // `options` are the [data] keys of the manifest as JSON: label, header, shape, … (man
  // trainyard-manifest(5)).
  virtual std::unique_ptr<SampleReader> open(const std::vector<Object>& objects, ObjectStore& store,
                                             const Json& options) = 0;
};

}  // namespace trainyard
