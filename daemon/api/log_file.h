// Pieces of the files that a run writes. They are the user's own to make, move and break, so they are read as
// that user, only where they are plain files, and what is in them is trusted with nothing. Any thread but the
// loop's: file systems may take their time.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/json.h"

namespace trainyard {

struct FilePiece {
  std::string bytes;
  std::int64_t next = 0;        // where to go on
  std::int64_t size_bytes = 0;  // of the file
};

// At most max_bytes from `from` on; nothing from a file that is not there yet. Error{denied} when that user
// may not read it.
FilePiece read_piece_as(uid_t uid, const std::string& path, std::int64_t from, std::int64_t max_bytes);

// Leaves a character of UTF-8 that has begun and not ended to the next piece; of four bytes at least.
void drop_begun_character(FilePiece& piece);

// The complete lines of the piece that are flat JSON objects; others are left out. `next` is moved back
// behind the last complete line, unless one line fills the whole piece.
std::vector<Json> take_json_lines(FilePiece& piece);

}  // namespace trainyard
