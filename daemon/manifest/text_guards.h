// What is refused before a parser sees a text: whatever could exhaust or crash it. (toml++ 3.3 recurses once
// per bracket and once per part of a dotted key, and crashes where the stack ends.)
#pragma once
#include <cstddef>
#include <string_view>

#include "daemon/manifest/problems.h"

namespace trainyard {

inline constexpr std::size_t most_text_bytes = 256 * 1024;
inline constexpr int most_nesting = 32;    // brackets and braces
inline constexpr int most_key_parts = 32;  // a.b.c has three

// Size, NUL and UTF-8: for a text in any language. False when a problem was added.
bool check_text(std::string_view text, Problems& problems);

// Before TOML is parsed: brackets must not be nested too deeply, nor dotted keys have too many parts, outside
// strings and comments. False when a problem was added to `problems`.
bool check_toml_depth(std::string_view text, Problems& problems);

}  // namespace trainyard
