#include "plugins/formats/images/image_reader.h"

#include <algorithm>
#include <atomic>

#include "daemon/base/error.h"
#include "daemon/base/parallel.h"

namespace trainyard {
namespace {

constexpr std::size_t images_at_once = 64;            // decoded together
constexpr std::size_t most_at_once_bytes = 64 << 20;  // of decoded samples
constexpr std::size_t most_file_bytes_of_image = std::size_t{256} << 20;

ImageShape shape_of(const Json& options) {
  const Json shape = get_or<Json>(options, "shape", nullptr);
  const auto is_size = [](const Json& size) { return size.is_number_integer() && size >= 1 && size <= 8192; };
  if (!shape.is_array() || shape.size() != 3 || !std::ranges::all_of(shape, is_size) ||
      (shape[0] != 1 && shape[0] != 3))
    throw_invalid("shape = " + shape.dump() +
                  ": must be [channels, height, width], with 1 or 3 channels and sizes up to 8192");
  return {shape[0], shape[1], shape[2]};
}

Fit fit_of(const Json& options) {
  const auto fit = get_or<std::string>(options, "fit", "crop");
  if (fit == "stretch") return Fit::stretch;
  return fit == "exact" ? Fit::exact : Fit::crop;
}

class ImageReader final : public SampleReader {
 public:
  ImageReader(std::unique_ptr<ImageFiles> files, const Json& options)
      : files_(std::move(files)), shape_(shape_of(options)), fit_(fit_of(options)) {
    files_->describe_classes(info_);
    info_.count = static_cast<std::int64_t>(files_->labels().size());
    info_.type = SampleType::u8;
    info_.shape = {shape_.channels, shape_.height, shape_.width};
  }

  const SampleInfo& info() const override { return info_; }

  SampleBlock next(std::int64_t max_rows) override {
    if (next_decoded_ == decoded_count_) decode_next();
    SampleBlock block;
    const std::size_t count = std::min(static_cast<std::size_t>(max_rows), decoded_count_ - next_decoded_);
    const auto* samples = reinterpret_cast<const std::byte*>(decoded_.data());
    block.count = static_cast<std::int64_t>(count);
    block.samples.assign(samples + next_decoded_ * shape_.values(),
                         samples + (next_decoded_ + count) * shape_.values());
    const auto label = files_->labels().begin() + static_cast<std::ptrdiff_t>(read_);
    block.labels.assign(label, label + static_cast<std::ptrdiff_t>(count));
    next_decoded_ += count;
    read_ += count;
    return block;
  }

 private:
  void decode_next() {
    std::vector<ImageFile> files;
    ImageFile file;
    while (files.size() < at_once() && files_->next(file)) files.push_back(std::move(file));
    decoded_.resize(at_once() * shape_.values());
    decoded_count_ = files.size();
    next_decoded_ = 0;
    std::atomic<std::size_t> next = 0;
    work_in_parallel(images_.size(), usable_cpus(), [&](std::size_t thread) {
      for (std::size_t i = next++; i < files.size(); i = next++)
        decode_image(files[i].bytes, shape_, fit_, files[i].name, images_[thread],
                     decoded_.data() + i * shape_.values());
    });
  }

  std::size_t at_once() const {
    return std::clamp<std::size_t>(most_at_once_bytes / shape_.values(), 1, images_at_once);
  }

  std::unique_ptr<ImageFiles> files_;
  ImageShape shape_;
  Fit fit_;
  SampleInfo info_;
  std::vector<Image> images_{static_cast<std::size_t>(usable_cpus())};  // for use by each thread
  std::vector<std::uint8_t> decoded_;                                   // samples, one after the other
  std::size_t decoded_count_ = 0, next_decoded_ = 0;
  std::size_t read_ = 0;  // by next(), of all images
};

}  // namespace

std::unique_ptr<SampleReader> make_image_reader(std::unique_ptr<ImageFiles> files, const Json& options) {
  return std::make_unique<ImageReader>(std::move(files), options);
}

std::string read_image_file(const std::function<std::size_t(char* buffer, std::size_t size)>& read,
                            const std::string& what) {
  char piece[64 << 10];
  std::string bytes;
  while (const std::size_t got = read(piece, sizeof piece)) {
    bytes.append(piece, got);
    if (bytes.size() > most_file_bytes_of_image)
      throw_invalid(what + ": larger than 256 MiB; is it an image?");
  }
  return bytes;
}

}  // namespace trainyard
