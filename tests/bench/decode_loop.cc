// Decodes JPEG files from memory in one thread, and writes their samples to a file as they are. The least
// that a program must do that stages images; for the benchmark of staging.
// usage: decode_loop FOLDER COUNT FILE: decodes COUNT images, which are the files of the folder by turns.
// Prints the seconds, without those in which the files of the folder were read.
#include <cstdio>  // before jpeglib.h, which needs FILE

#include <jpeglib.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

std::vector<std::string> files_of(const char* folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Replaces `pixels` by those of the image. An error of libjpeg ends the program.
void decode(const std::string& file, std::vector<unsigned char>& pixels) {
  jpeg_error_mgr errors;
  jpeg_decompress_struct info;
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  jpeg_read_header(&info, TRUE);
  jpeg_start_decompress(&info);
  const std::size_t row_bytes = std::size_t{info.output_width} * info.output_components;
  pixels.resize(row_bytes * info.output_height);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = pixels.data() + info.output_scanline * row_bytes;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fputs("usage: decode_loop FOLDER COUNT FILE\n", stderr), 2;
  const std::vector<std::string> files = files_of(argv[1]);
  const auto count = static_cast<std::size_t>(std::atoll(argv[2]));
  const auto begun = std::chrono::steady_clock::now();
  std::ofstream out(argv[3], std::ios::binary);
  std::vector<unsigned char> pixels;
  for (std::size_t i = 0; i < count; ++i) {
    decode(files[i % files.size()], pixels);
    out.write(reinterpret_cast<const char*>(pixels.data()), static_cast<std::streamsize>(pixels.size()));
  }
  out.close();
  if (!out) return std::fprintf(stderr, "decode_loop: cannot write %s\n", argv[3]), 1;
  std::printf("%.6f\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  return 0;
}
