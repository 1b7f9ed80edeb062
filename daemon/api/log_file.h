// Pieces of the files that a run writes, as the user's deputy has read them: what is in them is trusted with
// nothing.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/json.h"
#include "daemon/deputy/user_files.h"

namespace trainyard {

// Leaves a character of UTF-8 that has begun and not ended to the next piece; of four bytes at least.
void drop_begun_character(FilePiece& piece);

// The complete lines of the piece that are flat JSON objects; others are left out. `next` is moved back
// behind the last complete line, unless one line fills the whole piece.
std::vector<Json> take_json_lines(FilePiece& piece);

}  // namespace trainyard
