#include "plugins/formats/hdf5/hdf5_format.h"

#include <algorithm>

#include "daemon/base/error.h"
#include "daemon/base/hdf5.h"
#include "plugins/formats/labels.h"
#include "plugins/formats/shape.h"

namespace trainyard {
namespace {

SampleType sample_type_of(ElementType type) {
  switch (type) {
    case ElementType::u8:
      return SampleType::u8;
    case ElementType::i32:
      return SampleType::i32;
    case ElementType::f32:
      break;
  }
  return SampleType::f32;
}

std::vector<std::int64_t> sample_shape_of(const Hdf5Dataset& samples, const std::string& place) {
  if (samples.shape().empty() || samples.rows() == 0) throw_invalid(place + ": an array without rows");
  std::vector<std::int64_t> shape(samples.shape().begin() + 1, samples.shape().end());
  if (shape.empty()) shape.push_back(1);
  std::int64_t bytes = size_bytes(samples.type());
  for (const std::int64_t size : shape) {
    if (size < 1 || size > most_row_bytes / bytes) throw_invalid(place + ": rows of no sensible size");
    bytes *= size;
  }
  return shape;
}

template <class T>
std::vector<double> numbers_of(const Hdf5Dataset& array) {
  const std::vector<T> values = array.read<T>();
  return {values.begin(), values.end()};
}

Labels labels_of(const Hdf5File& file, const std::string& name, const std::string& place) {
  const Hdf5Dataset array = file.converted_dataset(name);
  if (array.shape().empty()) throw_invalid(place + ": not an array");
  const bool are_integers = array.type() != ElementType::f32;
  switch (array.type()) {
    case ElementType::u8:
      return {numbers_of<std::uint8_t>(array), array.rows(), are_integers, place};
    case ElementType::i32:
      return {numbers_of<std::int32_t>(array), array.rows(), are_integers, place};
    case ElementType::f32:
      break;
  }
  return {numbers_of<float>(array), array.rows(), are_integers, place};
}

class Hdf5Reader final : public SampleReader {
 public:
  Hdf5Reader(const std::string& path, const std::string& url, const Json& options)
      : Hdf5Reader(path, url, get_or<std::string>(options, "samples", "/train/samples"),
                   get_or<std::string>(options, "label", "/train/labels"), options) {}

  const SampleInfo& info() const override { return info_; }

  SampleBlock next(std::int64_t max_rows) override {
    SampleBlock block;
    block.count = std::min(max_rows, info_.count - read_);
    if (block.count == 0) return block;
    block.samples.resize(static_cast<std::size_t>(block.count * samples_.row_bytes()));
    samples_.read_rows(read_, block.count, block.samples.data());
    labels_.copy(read_, block.count, block);
    read_ += block.count;
    return block;
  }

 private:
  Hdf5Reader(const std::string& path, const std::string& url, const std::string& samples,
             const std::string& labels, const Json& options)
      : file_(Hdf5File::open(path)),
        samples_(file_.converted_dataset(samples)),
        labels_(labels_of(file_, labels, url + ":" + labels)) {
    const std::string place = url + ":" + samples;
    const std::vector<std::int64_t> shape = sample_shape_of(samples_, place);
    if (labels_.count() != samples_.rows())
      throw_invalid(place + ": " + std::to_string(samples_.rows()) + " samples, but " +
                    std::to_string(labels_.count()) + " labels");
    labels_.describe(info_);
    info_.type = sample_type_of(samples_.type());
    info_.shape = shape_option(options, shape, samples_.row_bytes() / size_bytes(samples_.type()), place);
  }

  Hdf5File file_;
  Hdf5Dataset samples_;
  Labels labels_;
  SampleInfo info_;
  std::int64_t read_ = 0;
};

class Hdf5Format final : public DatasetFormat {
 public:
  std::unique_ptr<SampleReader> open(const std::vector<Object>& objects, ObjectStore& store,
                                     const Json& options) override {
    const std::string& url = objects.front().url;
    if (objects.size() != 1) throw_invalid(url + ": must be one HDF5 file");
    const std::string path = store.local_path(objects.front());
    if (path.empty()) throw Error(ErrorKind::internal, url + ": not a local file, which HDF5 needs");
    return std::make_unique<Hdf5Reader>(path, url, options);
  }
};

}  // namespace

std::unique_ptr<DatasetFormat> make_hdf5_format() { return std::make_unique<Hdf5Format>(); }

}  // namespace trainyard
