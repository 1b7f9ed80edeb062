#include "daemon/api/log_file.h"

#include <algorithm>

#include "daemon/base/text.h"

namespace trainyard {
namespace {

void drop_discarded(Json& object) {
  for (auto member = object.begin(); member != object.end();)
    member = member->is_discarded() ? object.erase(member) : std::next(member);
}

// Returns the length in bytes of a UTF-8 character with this first byte; 0 if no character begins with it.
std::size_t length_of_character(unsigned char first) {
  if (first < 0x80) return 1;
  if ((first & 0xe0) == 0xc0) return 2;
  if ((first & 0xf0) == 0xe0) return 3;
  if ((first & 0xf8) == 0xf0) return 4;
  return 0;
}

// A filter for the JSON parser that drops lists and objects inside an object. The trainer writes none, and
// without them no input makes the parsed value deep.
bool is_flat(int depth, Json::parse_event_t event, Json&) {
  bool nested = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
  return depth == 0 || !nested;
}

}  // namespace

void drop_begun_character(FilePiece& piece) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, piece.bytes.size()); ++back) {
    auto byte = static_cast<unsigned char>(piece.bytes[piece.bytes.size() - back]);
    std::size_t length = length_of_character(byte);
    if (length == 0) continue;
    if (length <= back) return;
    piece.bytes.resize(piece.bytes.size() - back);
    piece.next -= static_cast<std::int64_t>(back);
    return;
  }
}

std::vector<Json> take_json_lines(FilePiece& piece) {
  std::vector<Json> lines;
  std::size_t end = piece.bytes.rfind('\n');
  if (end == std::string::npos) {
    bool fills_the_piece = piece.next < piece.size_bytes;
    if (!fills_the_piece) piece.next -= static_cast<std::int64_t>(piece.bytes.size());
    return lines;
  }
  for (const std::string& line : split(std::string_view(piece.bytes).substr(0, end), '\n')) {
    Json value = Json::parse(line, is_flat, false);
    if (!value.is_object()) continue;
    drop_discarded(value);
    lines.push_back(std::move(value));
  }
  piece.next -= static_cast<std::int64_t>(piece.bytes.size() - end - 1);
  return lines;
}

}  // namespace trainyard
