#include "plugins/formats/npy/npy.h"

#include <algorithm>

#include "daemon/base/error.h"
#include "plugins/formats/labels.h"
#include "plugins/formats/npy/header.h"
#include "plugins/formats/shape.h"

namespace trainyard {
namespace {

NpyBytes bytes_of(const Object& object, ObjectStore& store) {
  const std::shared_ptr<ObjectReader> reader = store.open(object);
  return [reader](char* buffer, std::size_t size) { return reader->read(buffer, size); };
}

NpyHeader header_of(const Object& object, ObjectStore& store) {
  const NpyHeader header = read_npy_header(bytes_of(object, store), object.url);
  const std::int64_t size = header.header_bytes + header.rows() * header.row_bytes();
  if (object.size_bytes != size)
    throw_invalid(object.url + ": has " + std::to_string(object.size_bytes) + " bytes, but by its header " +
                  std::to_string(size));
  return header;
}

Labels labels_of(const Object& object, ObjectStore& store) {
  const NpyBytes bytes = bytes_of(object, store);
  const NpyHeader header = read_npy_header(bytes, object.url);
  return {read_npy_numbers(header, bytes, object.url), header.rows(), header.holds_integers(), object.url};
}

// The two objects of a data set, by their indices.
struct NpyObjects {
  std::size_t samples, labels;
};

NpyObjects objects_in(const std::vector<Object>& objects, const Json& options) {
  const auto label_file = get_or<std::string>(options, "label_file", "");
  const auto labels = std::ranges::find(objects, label_file, &Object::url);
  if (labels == objects.end()) throw_invalid(objects.front().url + ": no file of labels; label names it");
  const auto samples = std::ranges::find_if(objects, [&](const Object& o) { return o.url != label_file; });
  if (samples == objects.end()) throw_invalid(label_file + ": the same file as the samples");
  return {static_cast<std::size_t>(samples - objects.begin()),
          static_cast<std::size_t>(labels - objects.begin())};
}

class NpyRows final : public RowSource {
 public:
  NpyRows(const std::vector<Object>& objects, ObjectStore& store, const Json& options)
      : NpyRows(objects, objects_in(objects, options), store, options) {}

  const SampleInfo& info() const override { return info_; }
  std::int64_t row_bytes() const override { return header_.row_bytes(); }
  const std::vector<RowRange>& ranges() const override { return ranges_; }

  void convert(std::int64_t first, std::string_view rows, SampleBlock& block) const override {
    convert_labels(first, static_cast<std::int64_t>(rows.size()) / row_bytes(), block);
    convert_npy_elements(header_, rows, block.samples, url_);
  }

  bool rows_are_samples() const override { return header_.is_native(); }
  void convert_labels(std::int64_t first, std::int64_t count, SampleBlock& block) const override {
    block.count = count;
    block.samples.clear();
    labels_.copy(first, count, block);
  }

 private:
  NpyRows(const std::vector<Object>& objects, const NpyObjects& which, ObjectStore& store,
          const Json& options)
      : url_(objects[which.samples].url),
        header_(header_of(objects[which.samples], store)),
        labels_(labels_of(objects[which.labels], store)),
        ranges_{{which.samples, header_.header_bytes, header_.rows()}} {
    if (labels_.count() != header_.rows())
      throw_invalid(url_ + ": " + std::to_string(header_.rows()) + " samples, but " +
                    objects[which.labels].url + " has " + std::to_string(labels_.count()) + " labels");
    labels_.describe(info_);
    info_.type = header_.sample_type();
    info_.shape = shape_option(options, header_.sample_shape(), header_.row_values(), url_);
  }

  std::string url_;
  NpyHeader header_;
  Labels labels_;
  SampleInfo info_;
  std::vector<RowRange> ranges_;
};

class NpyFormat final : public DatasetFormat {
 public:
  std::unique_ptr<RowSource> open_rows(const std::vector<Object>& objects, ObjectStore& store,
                                       const Json& options) override {
    return std::make_unique<NpyRows>(objects, store, options);
  }
};

}  // namespace

std::unique_ptr<DatasetFormat> make_npy_format() { return std::make_unique<NpyFormat>(); }

}  // namespace trainyard
