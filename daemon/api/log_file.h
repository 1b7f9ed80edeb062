// Cuts pieces of a run's log and metrics files, which the user's deputy has read, at the last whole character
// or line, and parses the lines of metrics. The contents come from the user and are not trusted.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/json.h"
#include "daemon/deputy/user_files.h"

namespace trainyard {

// Removes an incomplete UTF-8 character from the end of the piece and moves `next` back, so that the next
// piece has the whole character. Pieces must be read with a limit of at least four bytes.
void drop_begun_character(FilePiece& piece);

// Returns the complete lines of the piece that are JSON objects, without the lists and objects inside them.
// Drops other lines. Moves `next` back to the end of the last complete line. If the piece is the middle of
// one long line, `next` stays: this part of the line is skipped.
std::vector<Json> take_json_lines(FilePiece& piece);

}  // namespace trainyard
