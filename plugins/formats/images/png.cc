#include <png.h>

#include "daemon/base/error.h"
#include "plugins/formats/images/decode.h"

namespace trainyard {
namespace {

// Frees what libpng keeps of an image.
class PngImage {
 public:
  PngImage() { png_.version = PNG_IMAGE_VERSION; }
  ~PngImage() { png_image_free(&png_); }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;
  png_image* operator->() { return &png_; }
  png_image* get() { return &png_; }

 private:
  png_image png_{};
};

}  // namespace

void decode_png(std::string_view file, int channels, const std::string& what, Image& image) {
  PngImage png;
  if (!png_image_begin_read_from_memory(png.get(), file.data(), file.size()))
    throw_invalid(what + ": " + png->message);
  check_image_size(png->width, png->height, what);
  png->format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  image.width = static_cast<int>(png->width);
  image.height = static_cast<int>(png->height);
  image.channels = channels;
  image.pixels.resize(PNG_IMAGE_SIZE(*png.get()));
  const png_color black{};
  if (!png_image_finish_read(png.get(), &black, image.pixels.data(), 0, nullptr))
    throw_invalid(what + ": " + png->message);
}

}  // namespace trainyard
