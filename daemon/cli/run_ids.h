// Parses the numbers of runs as people write them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace trainyard {

// Reads "42" or "training-42"; throws Error{invalid} for anything else.
std::int64_t run_id_from(const std::string& text);
std::vector<std::int64_t> run_ids_from(const std::vector<std::string>& texts);

}  // namespace trainyard
