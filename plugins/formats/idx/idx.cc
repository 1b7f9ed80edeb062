#include "plugins/formats/idx/idx.h"

#include <algorithm>
#include <optional>

#include "daemon/base/error.h"
#include "plugins/formats/object_stream.h"
#include "plugins/formats/shape.h"

namespace trainyard {
namespace {

// The header of an IDX file. `read` reads the next bytes of the file.
struct IdxHeader {
  template <class Read>
  IdxHeader(const std::string& url, const Read& read) {
    constexpr unsigned char unsigned_bytes = 0x08;
    unsigned char magic[4];
    read(reinterpret_cast<char*>(magic), sizeof magic);
    if (magic[0] != 0 || magic[1] != 0)
      throw_invalid(url + ": not an IDX file: it does not begin with two zero bytes");
    if (magic[2] != unsigned_bytes)
      throw_invalid(url + ": IDX of a type that is not unsigned byte; convert it");
    if (magic[3] < 1 || magic[3] > 8)
      throw_invalid(url + ": IDX with " + std::to_string(magic[3]) + " dimensions");
    for (int i = 0; i < magic[3]; ++i) {
      unsigned char size[4];
      read(reinterpret_cast<char*>(size), sizeof size);
      sizes.push_back((std::int64_t{size[0]} << 24) | (size[1] << 16) | (size[2] << 8) | size[3]);
    }
    for (std::size_t i = 1; i < sizes.size(); ++i) {
      row_bytes *= sizes[i];
      if (row_bytes < 1 || row_bytes > most_row_bytes)
        throw_invalid(url + ": IDX with samples of no sensible size");
    }
  }

  bool holds_labels() const { return sizes.size() == 1; }
  std::int64_t rows() const { return sizes.front(); }
  std::int64_t bytes() const { return 4 + 4 * static_cast<std::int64_t>(sizes.size()); }
  std::vector<std::int64_t> sample_shape() const {
    std::vector<std::int64_t> shape(sizes.begin() + 1, sizes.end());
    if (shape.size() == 2) shape.insert(shape.begin(), 1);  // one channel
    return shape;
  }

  std::vector<std::int64_t> sizes;
  std::int64_t row_bytes = 1;
};

[[noreturn]] void throw_too_short(const std::string& url) {
  throw_invalid(url + ": shorter than its header says");
}
[[noreturn]] void throw_too_long(const std::string& url) {
  throw_invalid(url + ": longer than its header says");
}

// One IDX file, which can be compressed. The constructor reads its header; read() reads the values after the
// header.
class IdxFile {
 public:
  IdxFile(const Object& object, ObjectStore& store)
      : url_(object.url),
        bytes_(open_decompressed(object, store)),
        header_(url_, [this](char* buffer, std::size_t size) { read(buffer, size); }) {}

  const std::string& url() const { return url_; }
  const IdxHeader& header() const { return header_; }
  bool holds_labels() const { return header_.holds_labels(); }
  std::int64_t rows() const { return header_.rows(); }
  std::int64_t row_bytes() const { return header_.row_bytes; }

  void read(char* buffer, std::size_t size) {
    while (size > 0) {
      const std::size_t got = bytes_.read(buffer, size);
      if (got == 0) throw_too_short(url_);
      buffer += got;
      size -= got;
    }
  }

  void expect_end() {
    char byte = 0;
    if (bytes_.read(&byte, 1) != 0) throw_too_long(url_);
  }

 private:
  std::string url_;
  DecompressedReader bytes_;
  IdxHeader header_;
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

// The two files of an IDX data set.
struct IdxPair {
  IdxFile samples, labels;
};

IdxPair open_pair(const std::vector<Object>& objects, ObjectStore& store) {
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
  if (samples->rows() != labels->rows())
    throw_invalid(samples->url() + ": " + std::to_string(samples->rows()) + " samples, but " + labels->url() +
                  " has " + std::to_string(labels->rows()) + " labels");
  return {std::move(*samples), std::move(*labels)};
}

SampleInfo info_of(const IdxFile& samples, const std::vector<unsigned char>& labels, const Json& options) {
  SampleInfo info;
  info.count = samples.rows();
  info.shape = shape_option(options, samples.header().sample_shape(), samples.row_bytes(), samples.url());
  info.type = SampleType::u8;
  info.classes = *std::max_element(labels.begin(), labels.end()) + 1;
  return info;
}

class IdxReader final : public SampleReader {
 public:
  IdxReader(IdxPair files, const Json& options)
      : samples_(std::move(files.samples)),
        labels_(read_labels(files.labels)),
        info_(info_of(samples_, labels_, options)) {}

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

class IdxRows final : public RowSource {
 public:
  // `object`: the index of the object with the samples; its size in bytes is that of the header and the rows.
  IdxRows(IdxPair files, std::size_t object, const Json& options)
      : labels_(read_labels(files.labels)),
        info_(info_of(files.samples, labels_, options)),
        row_bytes_(files.samples.row_bytes()),
        ranges_{{object, files.samples.header().bytes(), info_.count}} {}

  const SampleInfo& info() const override { return info_; }
  std::int64_t row_bytes() const override { return row_bytes_; }
  const std::vector<RowRange>& ranges() const override { return ranges_; }

  void convert(std::int64_t first, std::string_view rows, SampleBlock& block) const override {
    const auto* bytes = reinterpret_cast<const std::byte*>(rows.data());
    convert_labels(first, static_cast<std::int64_t>(rows.size()) / row_bytes_, block);
    block.samples.assign(bytes, bytes + rows.size());
  }

  bool rows_are_samples() const override { return true; }
  void convert_labels(std::int64_t first, std::int64_t count, SampleBlock& block) const override {
    block.count = count;
    block.samples.clear();
    block.labels.assign(labels_.begin() + first, labels_.begin() + first + count);
  }

 private:
  std::vector<unsigned char> labels_;
  SampleInfo info_;
  std::int64_t row_bytes_;
  std::vector<RowRange> ranges_;
};

bool is_gzip(const Object& object, ObjectStore& store) {
  const std::unique_ptr<ObjectReader> reader = store.open(object);
  unsigned char magic[2] = {};
  std::size_t got = 0;
  while (got < sizeof magic) {
    const std::size_t more = reader->read(reinterpret_cast<char*>(magic) + got, sizeof magic - got);
    if (more == 0) return false;
    got += more;
  }
  return magic[0] == 0x1f && magic[1] == 0x8b;
}

class IdxFormat final : public DatasetFormat {
 public:
  std::unique_ptr<SampleReader> open(const std::vector<Object>& objects, ObjectStore& store,
                                     const Json& options) override {
    return std::make_unique<IdxReader>(open_pair(objects, store), options);
  }

  std::unique_ptr<RowSource> open_rows(const std::vector<Object>& objects, ObjectStore& store,
                                       const Json& options) override {
    for (const Object& object : objects)
      if (is_gzip(object, store)) return nullptr;
    IdxPair files = open_pair(objects, store);
    const std::string url = files.samples.url();
    const auto object =
        std::find_if(objects.begin(), objects.end(), [&](const Object& o) { return o.url == url; });
    const IdxHeader& header = files.samples.header();
    const std::int64_t size = header.bytes() + header.rows() * header.row_bytes;
    if (object->size_bytes < size) throw_too_short(url);
    if (object->size_bytes > size) throw_too_long(url);
    return std::make_unique<IdxRows>(std::move(files), static_cast<std::size_t>(object - objects.begin()),
                                     options);
  }
};

}  // namespace

std::unique_ptr<DatasetFormat> make_idx_format() { return std::make_unique<IdxFormat>(); }

}  // namespace trainyard
