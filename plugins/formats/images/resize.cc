#include <stb_image_resize.h>

#include <algorithm>

#include "daemon/base/error.h"
#include "plugins/formats/images/decode.h"

namespace trainyard {
namespace {

// The part of an image that is kept, in fractions of its width and height.
struct KeptPart {
  float left = 0, top = 0, right = 1, bottom = 1;
};

KeptPart cropped(const Image& image, int width, int height) {
  const double scale = std::max(double(width) / image.width, double(height) / image.height);
  const double kept_width = width / (scale * image.width), kept_height = height / (scale * image.height);
  const auto low = [](double kept) { return static_cast<float>((1 - kept) / 2); };
  const auto high = [](double kept) { return static_cast<float>((1 + kept) / 2); };
  return {low(kept_width), low(kept_height), high(kept_width), high(kept_height)};
}

}  // namespace

// The triangle filter is wider when an image becomes smaller, so that all its pixels count.
Image resize(const Image& image, int width, int height, Fit fit, const std::string& what) {
  const KeptPart part = fit == Fit::crop ? cropped(image, width, height) : KeptPart();
  Image resized{width, height, image.channels, {}};
  resized.pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                        static_cast<std::size_t>(image.channels));
  const int is_done =
      stbir_resize_region(image.pixels.data(), image.width, image.height, 0, resized.pixels.data(), width,
                          height, 0, STBIR_TYPE_UINT8, image.channels, STBIR_ALPHA_CHANNEL_NONE, 0,
                          STBIR_EDGE_CLAMP, STBIR_EDGE_CLAMP, STBIR_FILTER_TRIANGLE, STBIR_FILTER_TRIANGLE,
                          STBIR_COLORSPACE_LINEAR, nullptr, part.left, part.top, part.right, part.bottom);
  if (is_done == 0) throw Error(ErrorKind::unavailable, what + ": no memory to resize the image");
  return resized;
}

}  // namespace trainyard
