#include "daemon/cli/run_ids.h"

#include <fmt/format.h>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {

std::int64_t run_id_from(const std::string& text) {
  constexpr std::string_view prefix = "training-";
  std::string_view digits = text;
  if (digits.starts_with(prefix)) digits.remove_prefix(prefix.size());
  if (const auto id = whole_number<std::int64_t>(digits, 1)) return *id;
  throw Error(ErrorKind::invalid,
              fmt::format("\"{}\" is not the number of a run; write 42 or training-42", text));
}

std::vector<std::int64_t> run_ids_from(const std::vector<std::string>& texts) {
  std::vector<std::int64_t> ids;
  for (const std::string& text : texts) ids.push_back(run_id_from(text));
  return ids;
}

}  // namespace trainyard
