// Checks of a text before it is parsed: they refuse texts that could crash the parser or take too much
// memory. (toml++ 3.3 recurses once per bracket and once per part of a dotted key, and crashes at the end of
// the stack.)
#pragma once
#include <cstddef>
#include <string_view>

#include "daemon/manifest/problems.h"

namespace trainyard {

inline constexpr std::size_t most_text_bytes = 256 * 1024;
inline constexpr int most_nesting = 32;    // brackets and braces
inline constexpr int most_key_parts = 32;  // a.b.c has three

// Checks that the text is not too large, has no NUL bytes and is valid UTF-8; for TOML and batch scripts.
// Returns false if it added a problem.
bool check_text(std::string_view text, Problems& problems);

// Checks, before TOML is parsed, that brackets are not nested too deeply and dotted keys do not have too many
// parts, outside strings and comments. Returns false if it added a problem.
bool check_toml_depth(std::string_view text, Problems& problems);

}  // namespace trainyard
