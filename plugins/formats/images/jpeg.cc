#include <csetjmp>
#include <cstdio>  // before jpeglib.h, which needs FILE

#include <jerror.h>  // after jpeglib.h, which it needs
#include <jpeglib.h>

#include <algorithm>

#include "daemon/base/error.h"
#include "plugins/formats/images/decode.h"

namespace trainyard {
namespace {

// libjpeg reports errors by a call that must not return. It jumps back to begin_or_fail().
struct JpegErrors {
  jpeg_error_mgr manager;  // the first member, so that libjpeg's pointer to it is a pointer to this
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX] = "";
  bool is_damaged = false;  // libjpeg warned of missing or wrong data
};

void jump_back(j_common_ptr info) {
  auto* errors = reinterpret_cast<JpegErrors*>(info->err);
  errors->manager.format_message(info, errors->message);
  std::longjmp(errors->back, 1);
}

void note_warning(j_common_ptr info, int level) {
  auto* errors = reinterpret_cast<JpegErrors*>(info->err);
  if (level >= 0 || errors->manager.msg_code == JWRN_EXTRANEOUS_DATA) return;  // traces, and harmless bytes
  if (!errors->is_damaged) errors->manager.format_message(info, errors->message);
  errors->is_damaged = true;
}

// Decodes one file. Objects with destructors are members of this class and not variables of functions that
// libjpeg's errors jump out of.
class JpegDecoder {
 public:
  JpegDecoder(std::string_view file, int channels, const std::string& what, Image& image)
      : what_(what), image_(image) {
    info_.err = jpeg_std_error(&errors_.manager);
    errors_.manager.error_exit = jump_back;
    errors_.manager.emit_message = note_warning;
    image_.channels = channels;
    jpeg_create_decompress(&info_);
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&info_); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  void decode(int least_width, int least_height) {
    if (!read_header()) fail();
    check_image_size(info_.image_width, info_.image_height, what_);
    choose_scale(least_width, least_height);
    if (!start()) fail();
    image_.width = static_cast<int>(info_.output_width);
    image_.height = static_cast<int>(info_.output_height);
    image_.pixels.resize(row_bytes() * info_.output_height);
    if (is_cmyk()) ink_.resize(std::size_t{info_.output_width} * 4);
    if (!read_rows() || errors_.is_damaged) fail();
  }

 private:
  bool read_header() {
    if (setjmp(errors_.back) != 0) return false;
    jpeg_read_header(&info_, TRUE);
    return true;
  }

  // libjpeg can decode at n/8 of the size. Chooses the smallest n that leaves enough pixels.
  void choose_scale(int least_width, int least_height) {
    info_.out_color_space = is_cmyk() ? JCS_CMYK : image_.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    info_.scale_denom = 8;
    for (info_.scale_num = 1; info_.scale_num < 8; ++info_.scale_num)
      if (scaled(info_.image_width) >= least_width && scaled(info_.image_height) >= least_height) return;
  }

  std::int64_t scaled(unsigned size) const { return (std::int64_t{size} * info_.scale_num + 7) / 8; }

  bool start() {
    if (setjmp(errors_.back) != 0) return false;
    jpeg_start_decompress(&info_);
    return true;
  }

  bool read_rows() {
    if (setjmp(errors_.back) != 0) return false;
    while (info_.output_scanline < info_.output_height) {
      std::uint8_t* pixels = image_.pixels.data() + info_.output_scanline * row_bytes();
      JSAMPROW row = is_cmyk() ? ink_.data() : pixels;
      jpeg_read_scanlines(&info_, &row, 1);
      if (is_cmyk()) convert_ink(pixels);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  std::size_t row_bytes() const {
    return std::size_t{info_.output_width} * static_cast<std::size_t>(image_.channels);
  }

  // Files for print; libjpeg does not convert them to RGB.
  bool is_cmyk() const { return info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK; }

  // Converts a row of cyan, magenta, yellow and black. Adobe's programs write 255 where there is no ink.
  void convert_ink(std::uint8_t* pixels) const {
    const auto light = [this](std::uint8_t ink) { return info_.saw_Adobe_marker ? ink : 255 - ink; };
    for (std::size_t i = 0; i < ink_.size(); i += 4) {
      const int black = light(ink_[i + 3]);
      const int red = light(ink_[i]) * black / 255, green = light(ink_[i + 1]) * black / 255,
                blue = light(ink_[i + 2]) * black / 255;
      if (image_.channels == 1) {
        *pixels++ = static_cast<std::uint8_t>((299 * red + 587 * green + 114 * blue) / 1000);
      } else {
        *pixels++ = static_cast<std::uint8_t>(red);
        *pixels++ = static_cast<std::uint8_t>(green);
        *pixels++ = static_cast<std::uint8_t>(blue);
      }
    }
  }

  [[noreturn]] void fail() const {
    throw_invalid(what_ + ": " + errors_.message + "; repair the file, or leave it out of the source");
  }

  const std::string& what_;
  JpegErrors errors_{};
  jpeg_decompress_struct info_{};
  Image& image_;
  std::vector<std::uint8_t> ink_;  // a row of a file for print
};

}  // namespace

void decode_jpeg(std::string_view file, int channels, int least_width, int least_height,
                 const std::string& what, Image& image) {
  JpegDecoder(file, channels, what, image).decode(least_width, least_height);
}

}  // namespace trainyard
