// Decodes JPEG and PNG files, and brings images to one size. For any thread. Throws Error{invalid}, which
// names `what`, the file.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trainyard {

// Pixels, row after row; the channels of a pixel lie side by side (1: grey, 3: red, green, blue).
struct Image {
  int width = 0, height = 0, channels = 0;
  std::vector<std::uint8_t> pixels;
};

// How an image of another size is brought to the size of a sample.
enum class Fit {
  crop,     // resized until it covers the sample, then cropped at both sides
  stretch,  // resized in both directions independently
  exact     // an error
};

struct ImageShape {
  int channels = 3, height = 0, width = 0;
  std::size_t values() const {
    return static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) *
           static_cast<std::size_t>(width);
  }
};

// Writes the shape.values() values of a sample to `values`, channels first: channels × height × width.
// Transparent pixels are put on black. `image` is for use by this call; with the same one for many files, its
// memory is allocated once.
void decode_image(std::string_view file, const ImageShape& shape, Fit fit, const std::string& what,
                  Image& image, std::uint8_t* values);

// Returns true if the name ends in .jpg, .jpeg or .png, in small or capital letters, and is not hidden.
bool is_image_name(std::string_view name);

// ---- the parts of decode_image()

// Decode a whole file with this number of channels into `image`. A JPEG file can be decoded at a fraction of
// its size, which is faster, but not below least_width × least_height.
void decode_jpeg(std::string_view file, int channels, int least_width, int least_height,
                 const std::string& what, Image& image);
void decode_png(std::string_view file, int channels, const std::string& what, Image& image);

Image resize(const Image& image, int width, int height, Fit fit, const std::string& what);

// Throws unless an image of this size may be decoded: memory is limited.
void check_image_size(std::int64_t width, std::int64_t height, const std::string& what);

}  // namespace trainyard
