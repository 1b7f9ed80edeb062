#include "plugins/formats/images/decode.h"

#include <algorithm>
#include <cctype>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

constexpr std::int64_t most_pixels = std::int64_t{1} << 26;

bool is_jpeg(std::string_view file) { return file.starts_with("\xff\xd8\xff"); }
bool is_png(std::string_view file) { return file.starts_with("\x89PNG\r\n\x1a\n"); }

// A JPEG that is only cropped or stretched can be decoded at a smaller scale first.
Image decode(std::string_view file, const ImageShape& shape, Fit fit, const std::string& what) {
  if (is_png(file)) return decode_png(file, shape.channels, what);
  if (!is_jpeg(file)) throw_invalid(what + ": neither a JPEG nor a PNG file");
  if (fit == Fit::exact) return decode_jpeg(file, shape.channels, 1 << 30, 1 << 30, what);
  return decode_jpeg(file, shape.channels, shape.width, shape.height, what);
}

std::vector<std::uint8_t> channels_first(const Image& image) {
  const std::size_t pixels = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
  if (image.channels == 1) return image.pixels;
  std::vector<std::uint8_t> values(pixels * 3);
  const std::uint8_t* from = image.pixels.data();
  std::uint8_t *red = values.data(), *green = red + pixels, *blue = green + pixels;
  for (std::size_t i = 0; i < pixels; ++i) {
    red[i] = from[3 * i];
    green[i] = from[3 * i + 1];
    blue[i] = from[3 * i + 2];
  }
  return values;
}

}  // namespace

void check_image_size(std::int64_t width, std::int64_t height, const std::string& what) {
  if (width < 1 || height < 1) throw_invalid(what + ": an image without pixels");
  if (width > most_pixels / height)
    throw_invalid(what + ": " + std::to_string(width) + " × " + std::to_string(height) +
                  " pixels; at most 64 million are decoded");
}

bool is_image_name(std::string_view name) {
  const std::string_view file = name.substr(name.rfind('/') + 1);
  if (file.starts_with('.')) return false;  // such as "._a.jpg", which macOS puts into archives
  std::string ending(name.substr(std::min(name.rfind('.'), name.size())));
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

std::vector<std::uint8_t> decode_image(std::string_view file, const ImageShape& shape, Fit fit,
                                       const std::string& what) {
  Image image = decode(file, shape, fit, what);
  if (image.width == shape.width && image.height == shape.height) return channels_first(image);
  if (fit == Fit::exact)
    throw_invalid(what + ": " + std::to_string(image.width) + " × " + std::to_string(image.height) +
                  " pixels, but shape says " + std::to_string(shape.width) + " × " +
                  std::to_string(shape.height) + R"(; fit = "crop" or "stretch" resizes images)");
  return channels_first(resize(image, shape.width, shape.height, fit, what));
}

}  // namespace trainyard
