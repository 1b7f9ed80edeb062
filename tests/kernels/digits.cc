#include "tests/kernels/digits.h"

#include <zlib.h>

#include <array>
#include <memory>
#include <sstream>
#include <vector>

#include "daemon/base/error.h"
#include "kernels/scratch_file.h"

namespace trainyard {
namespace {

constexpr int pixels = 64;

struct Digit {
  std::array<std::uint8_t, pixels> image;
  std::int32_t label;
};

Digit parse_line(const std::string& line) {
  std::istringstream text(line);
  std::string cell;
  Digit digit{};
  for (std::uint8_t& pixel : digit.image) {
    std::getline(text, cell, ',');
    pixel = static_cast<std::uint8_t>(std::stoi(cell));
  }
  std::getline(text, cell, ',');
  digit.label = std::stoi(cell);
  return digit;
}

std::vector<Digit> read_digits(const std::string& csv_gz) {
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(csv_gz.c_str(), "rb"), gzclose);
  if (!file) throw Error(ErrorKind::not_found, csv_gz + ": not readable");
  std::vector<Digit> digits;
  char line[1024];
  while (gzgets(file.get(), line, sizeof line) != nullptr) digits.push_back(parse_line(line));
  return digits;
}

bool held_out(std::size_t number) { return number % 5 == 4; }

}  // namespace

void write_digits(const std::string& csv_gz, const std::string& scratch_file) {
  const std::vector<Digit> digits = read_digits(csv_gz);
  ScratchLayout layout;
  layout.shape = {1, 8, 8};
  layout.classes = 10;
  layout.scale = 0.0625;
  for (std::size_t i = 0; i < digits.size(); ++i) ++(held_out(i) ? layout.test_count : layout.train_count);
  ScratchWriter writer(scratch_file, layout);
  for (std::size_t i = 0; i < digits.size(); ++i)
    writer.append(held_out(i) ? Split::test : Split::train, digits[i].image.data(), &digits[i].label, 1);
  writer.commit();
}

}  // namespace trainyard
