#include "plugins/formats/idx.h"

#include <algorithm>
#include <optional>

#include "daemon/base/error.h"
#include "plugins/formats/object_stream.h"
#include "plugins/formats/shape.h"

namespace trainyard {
namespace {

constexpr std::int64_t max_row_bytes = std::int64_t{1} << 31;

// One IDX file. The constructor reads its header; read() reads the values after the header.
class IdxFile {
 public:
  IdxFile(const Object& object, ObjectStore& store)
      : url_(object.url), bytes_(open_decompressed(object, store)) {
    constexpr unsigned char unsigned_bytes = 0x08;
    unsigned char magic[4];
    read(reinterpret_cast<char*>(magic), sizeof magic);
    if (magic[0] != 0 || magic[1] != 0)
      throw_invalid(url_ + ": not an IDX file: it does not begin with two zero bytes");
    if (magic[2] != unsigned_bytes)
      throw_invalid(url_ + ": IDX of a type that is not unsigned byte; convert it");
    if (magic[3] < 1 || magic[3] > 8)
      throw_invalid(url_ + ": IDX with " + std::to_string(magic[3]) + " dimensions");
    for (int i = 0; i < magic[3]; ++i) sizes_.push_back(read_size());
    for (std::size_t i = 1; i < sizes_.size(); ++i) {
      row_bytes_ *= sizes_[i];
      if (row_bytes_ < 1 || row_bytes_ > max_row_bytes)
        throw_invalid(url_ + ": IDX with samples of no sensible size");
    }
  }

  const std::string& url() const { return url_; }
  bool holds_labels() const { return sizes_.size() == 1; }
  std::int64_t rows() const { return sizes_.front(); }
  std::int64_t row_bytes() const { return row_bytes_; }
  std::vector<std::int64_t> sample_shape() const {
    std::vector<std::int64_t> shape(sizes_.begin() + 1, sizes_.end());
    if (shape.size() == 2) shape.insert(shape.begin(), 1);  // one channel
    return shape;
  }

  void read(char* buffer, std::size_t size) {
    while (size > 0) {
      const std::size_t got = bytes_.read(buffer, size);
      if (got == 0) throw_invalid(url_ + ": shorter than its header says");
      buffer += got;
      size -= got;
    }
  }

  void expect_end() {
    char byte = 0;
    if (bytes_.read(&byte, 1) != 0) throw_invalid(url_ + ": longer than its header says");
  }

 private:
  std::int64_t read_size() {
    unsigned char bytes[4];
    read(reinterpret_cast<char*>(bytes), sizeof bytes);
    return (std::int64_t{bytes[0]} << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3];
  }

  std::string url_;
  DecompressedReader bytes_;
  std::vector<std::int64_t> sizes_;
  std::int64_t row_bytes_ = 1;
};

// Reads all labels. The memory grows with the labels that were read, so that a header with a wrong number of
// labels does not make the program allocate memory for them.
std::vector<unsigned char> read_labels(IdxFile& file) {
  if (file.rows() == 0) throw_invalid(file.url() + ": no labels");
  std::vector<unsigned char> labels;
  while (static_cast<std::int64_t>(labels.size()) < file.rows()) {
    const auto begin = labels.size();
    labels.resize(std::min<std::size_t>(begin + (1 << 20), static_cast<std::size_t>(file.rows())));
    file.read(reinterpret_cast<char*>(labels.data() + begin), labels.size() - begin);
  }
  file.expect_end();
  return labels;
}

class IdxReader final : public SampleReader {
 public:
  IdxReader(IdxFile samples, IdxFile labels, const Json& options) : samples_(std::move(samples)) {
    if (samples_.rows() != labels.rows())
      throw_invalid(samples_.url() + ": " + std::to_string(samples_.rows()) + " samples, but " +
                    labels.url() + " has " + std::to_string(labels.rows()) + " labels");
    labels_ = read_labels(labels);
    info_.count = samples_.rows();
    info_.shape = shape_option(options, samples_.sample_shape(), samples_.row_bytes(), samples_.url());
    info_.type = SampleType::u8;
    info_.classes = *std::max_element(labels_.begin(), labels_.end()) + 1;
  }

  const SampleInfo& info() const override { return info_; }

  SampleBlock next(std::int64_t max_rows) override {
    SampleBlock block;
    block.count = std::min(max_rows, info_.count - read_);
    if (block.count == 0) return block;
    block.samples.resize(static_cast<std::size_t>(block.count * samples_.row_bytes()));
    samples_.read(reinterpret_cast<char*>(block.samples.data()), block.samples.size());
    block.labels.assign(labels_.begin() + read_, labels_.begin() + read_ + block.count);
    read_ += block.count;
    if (read_ == info_.count) samples_.expect_end();
    return block;
  }

 private:
  IdxFile samples_;
  std::vector<unsigned char> labels_;
  SampleInfo info_;
  std::int64_t read_ = 0;
};

class IdxFormat final : public DatasetFormat {
 public:
  std::unique_ptr<SampleReader> open(const std::vector<Object>& objects, ObjectStore& store,
                                     const Json& options) override {
    std::optional<IdxFile> samples, labels;
    for (const Object& object : objects) {
      IdxFile file(object, store);
      std::optional<IdxFile>& place = file.holds_labels() ? labels : samples;
      if (place)
        throw_invalid(object.url + ": a second file of " + (file.holds_labels() ? "labels" : "samples") +
                      " beside " + place->url() + "; name one file of each");
      place.emplace(std::move(file));
    }
    if (!samples) throw_invalid(objects.front().url + ": no file of samples (idx3-ubyte) here");
    if (!labels) throw_invalid(objects.front().url + ": no file of labels (idx1-ubyte); name it as label");
    return std::make_unique<IdxReader>(std::move(*samples), std::move(*labels), options);
  }
};

}  // namespace

std::unique_ptr<DatasetFormat> make_idx_format() { return std::make_unique<IdxFormat>(); }

}  // namespace trainyard
