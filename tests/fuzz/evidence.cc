// Fuzz target: the files of evidence that a user's job leaves. The first byte chooses which file the rest is.
#include "daemon/base/printable.h"
#include "daemon/handover/handover.h"
#include "tests/fuzz/fuzz.h"

using namespace trainyard;
using namespace trainyard::fuzz;

namespace {

// Reads evidence. Requires that an accepted value, written as JSON and read again, is equal, and that its
// strings contain only printable characters.
template <class Value>
void read(const std::string& text, Value (*from_json)(const Json&)) {
  const Json written = to_json(from_json(parse_json(text, "evidence")));
  require(to_json(from_json(parse_json(written.dump(), "evidence"))) == written);
  for (const auto& [key, value] : written.items())
    if (value.is_string()) require(printable_lines(value.get<std::string>()) == value.get<std::string>());
}

void read(char kind, const std::string& text) {
  switch (kind % 6) {
    case 0:
      return read(text, claim_from_json);
    case 1:
      return read(text, start_evidence_from_json);
    case 2:
      return read(text, exit_evidence_from_json);
    case 3:
      return read(text, stage_evidence_from_json);
    case 4:
      return read(text, store_evidence_from_json);
    default:
      return read(text, stage_progress_from_json);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string text = text_of(bytes + 1, size - 1);
  accepts([&] { read(static_cast<char>(bytes[0] & 0x7f), text); });
  return 0;
}
