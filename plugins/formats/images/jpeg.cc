#include <csetjmp>
#include <cstdio>  // before jpeglib.h, which needs FILE

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
  if (level >= 0) return;  // traces
  auto* errors = reinterpret_cast<JpegErrors*>(info->err);
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
    image_.pixels.resize(std::size_t{info_.output_width} * info_.output_height * info_.output_components);
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
    info_.out_color_space = image_.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
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
    const std::size_t row_bytes = std::size_t{info_.output_width} * info_.output_components;
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = image_.pixels.data() + info_.output_scanline * row_bytes;
      jpeg_read_scanlines(&info_, &row, 1);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  [[noreturn]] void fail() const { throw_invalid(what_ + ": " + errors_.message); }

  const std::string& what_;
  JpegErrors errors_{};
  jpeg_decompress_struct info_{};
  Image& image_;
};

}  // namespace

void decode_jpeg(std::string_view file, int channels, int least_width, int least_height,
                 const std::string& what, Image& image) {
  JpegDecoder(file, channels, what, image).decode(least_width, least_height);
}

}  // namespace trainyard
