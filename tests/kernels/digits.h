// Writes the handwritten digits of jobspecs/digits as a scratch file, as staging does, for tests of the
// trainer alone.
#pragma once
#include <string>

namespace trainyard {

// Reads the gzipped CSV file and writes the scratch file. Columns 0–63 are pixels with values 0–16, column 64
// is the digit. Every fifth sample goes to the test split.
void write_digits(const std::string& csv_gz, const std::string& scratch_file);

}  // namespace trainyard
