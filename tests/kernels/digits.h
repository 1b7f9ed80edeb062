// The handwritten digits of jobspecs/digits as a scratch file: what staging makes of them, for tests of the
// trainer alone.
#pragma once
#include <string>

namespace trainyard {

// Columns 0–63 are pixels of 0–16, column 64 is the digit. Every fifth sample is held out.
void write_digits(const std::string& csv_gz, const std::string& scratch_file);

}  // namespace trainyard
