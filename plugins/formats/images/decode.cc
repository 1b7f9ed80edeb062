#include "plugins/formats/images/decode.h"

#include <algorithm>
#include <cctype>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

constexpr std::int64_t most_pixels = std::int64_t{1} << 26;
constexpr std::int64_t most_side = 65'535;  // a longer one overflows the sums of stb_image_resize

bool is_jpeg(std::string_view file) { return file.starts_with("\xff\xd8\xff"); }
bool is_png(std::string_view file) { return file.starts_with("\x89PNG\r\n\x1a\n"); }

// A JPEG that is only cropped or stretched can be decoded at a smaller scale first.
void decode(std::string_view file, const ImageShape& shape, Fit fit, const std::string& what, Image& image) {
  if (is_png(file)) return decode_png(file, shape.channels, what, image);
  if (!is_jpeg(file)) throw_invalid(what + ": neither a JPEG nor a PNG file");
  if (fit == Fit::exact) return decode_jpeg(file, shape.channels, 1 << 30, 1 << 30, what, image);
  decode_jpeg(file, shape.channels, shape.width, shape.height, what, image);
}

void write_channels_first(const Image& image, std::uint8_t* __restrict values) {
  const std::size_t pixels = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
  if (image.channels == 1) {
    std::ranges::copy(image.pixels, values);
    return;
  }
  const std::uint8_t* __restrict from = image.pixels.data();
  for (std::size_t i = 0; i < pixels; ++i) {
    values[i] = from[3 * i];
    values[pixels + i] = from[3 * i + 1];
    values[2 * pixels + i] = from[3 * i + 2];
  }
}

}  // namespace

void check_image_size(std::int64_t width, std::int64_t height, const std::string& what) {
  if (width < 1 || height < 1) throw_invalid(what + ": an image without pixels");
  if (width > most_side || height > most_side)
    throw_invalid(what + ": " + std::to_string(width) + " × " + std::to_string(height) +
                  " pixels; at most 65535 in each direction are decoded");
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

void decode_image(std::string_view file, const ImageShape& shape, Fit fit, const std::string& what,
                  Image& image, std::uint8_t* values) {
  decode(file, shape, fit, what, image);
  if (image.width == shape.width && image.height == shape.height) return write_channels_first(image, values);
  if (fit == Fit::exact)
    throw_invalid(what + ": " + std::to_string(image.width) + " × " + std::to_string(image.height) +
                  " pixels, but shape says " + std::to_string(shape.width) + " × " +
                  std::to_string(shape.height) + R"(; fit = "crop" or "stretch" resizes images)");
  write_channels_first(resize(image, shape.width, shape.height, fit, what), values);
}

}  // namespace trainyard
