#include <algorithm>
#include <optional>

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "plugins/formats/labels.h"
#include "plugins/formats/npy/header.h"
#include "plugins/formats/npy/npy.h"
#include "plugins/formats/object_stream.h"
#include "plugins/formats/shape.h"

namespace trainyard {
namespace {

// The arrays in one .npz, a zip file of .npy files.
class NpzFile {
 public:
  NpzFile(const Object& object, ObjectStore& store)
      : url_(object.url), archive_(open_archive(object, store)) {}

  // Goes to the next array. Returns its name; nullopt at the end of the file.
  std::optional<std::string> next() {
    if (!archive_.next()) return std::nullopt;
    std::string name = archive_.entry();
    if (name.ends_with(".npy")) name.resize(name.size() - 4);
    return name;
  }

  // Goes to the array. Throws Error{invalid}, which names the arrays of the file, if there is none of this
  // name.
  void find(const std::string& array) {
    std::vector<std::string> names;
    while (std::optional<std::string> name = next()) {
      if (*name == array) return;
      names.push_back(std::move(*name));
    }
    throw_no_array(url_, array, names);
  }

  NpyBytes bytes() {
    return [this](char* buffer, std::size_t size) { return archive_.read(buffer, size); };
  }

  static std::string place(const std::string& url, const std::string& array) {
    return url + ": array " + array;
  }

 private:
  [[noreturn]] static void throw_no_array(const std::string& url, const std::string& array,
                                          const std::vector<std::string>& names) {
    std::string there;
    for (const std::string& name : names) there += (there.empty() ? "" : ", ") + name;
    throw_invalid(url + ": no array is named '" + array + "'; the file has " +
                  (there.empty() ? "none" : there) + "; samples and label name the arrays");
  }

  std::string url_;
  ArchiveReader archive_;
};

class NpzReader final : public SampleReader {
 public:
  NpzReader(const Object& object, ObjectStore& store, const Json& options)
      : array_(get_or<std::string>(options, "samples", "x")),
        place_(NpzFile::place(object.url, array_)),
        labels_(read_labels(object, store, get_or<std::string>(options, "label", "y"))),
        file_(object, store) {
    file_.find(array_);
    header_ = read_npy_header(file_.bytes(), place_);
    if (labels_.count() != header_.rows())
      throw_invalid(place_ + ": " + std::to_string(header_.rows()) + " samples, but " +
                    std::to_string(labels_.count()) + " labels");
    labels_.describe(info_);
    info_.type = header_.sample_type();
    info_.shape = shape_option(options, header_.sample_shape(), header_.row_values(), place_);
  }

  const SampleInfo& info() const override { return info_; }

  SampleBlock next(std::int64_t max_rows) override {
    SampleBlock block;
    block.count = std::min(max_rows, info_.count - read_);
    if (block.count == 0) return block;
    rows_.resize(static_cast<std::size_t>(block.count * header_.row_bytes()));
    read_npy_bytes(file_.bytes(), rows_.data(), rows_.size(), place_);
    convert_npy_elements(header_, rows_, block.samples, place_);
    labels_.copy(read_, block.count, block);
    read_ += block.count;
    if (read_ == info_.count) expect_end();
    return block;
  }

 private:
  static Labels read_labels(const Object& object, ObjectStore& store, const std::string& array) {
    NpzFile file(object, store);
    file.find(array);
    const std::string place = NpzFile::place(object.url, array);
    const NpyHeader header = read_npy_header(file.bytes(), place);
    return {read_npy_numbers(header, file.bytes(), place), header.rows(), header.holds_integers(), place};
  }

  void expect_end() {
    char byte = 0;
    if (file_.bytes()(&byte, 1) != 0) throw_invalid(place_ + ": longer than its header says");
  }

  std::string array_, place_;
  Labels labels_;
  NpzFile file_;
  NpyHeader header_;
  SampleInfo info_;
  std::string rows_;
  std::int64_t read_ = 0;
};

class NpzFormat final : public DatasetFormat {
 public:
  std::unique_ptr<SampleReader> open(const std::vector<Object>& objects, ObjectStore& store,
                                     const Json& options) override {
    if (objects.size() != 1) throw_invalid(objects.front().url + ": must be one .npz file");
    return std::make_unique<NpzReader>(objects.front(), store, options);
  }
};

}  // namespace

std::unique_ptr<DatasetFormat> make_npz_format() { return std::make_unique<NpzFormat>(); }

}  // namespace trainyard
