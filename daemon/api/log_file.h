// Handles pieces of the files that a run writes, as the user's deputy has read them. The contents come from
// the user and are not trusted.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/json.h"
#include "daemon/deputy/user_files.h"

namespace trainyard {

// Removes an incomplete UTF-8 character from the end of the piece and moves `next` back, so that the next
// piece has the whole character. A piece must have room for at least four bytes.
void drop_begun_character(FilePiece& piece);

// Returns the complete lines of the piece that are JSON objects, without the lists and objects inside them.
// Other lines are left out. Moves `next` back to the end of the last complete line, unless one line fills the
// whole piece.
std::vector<Json> take_json_lines(FilePiece& piece);

}  // namespace trainyard
