// Text that strangers wrote, made fit to be shown: nothing in it steers a terminal, hides what stands beside
// it, or begins a line of its own. What is replaced: control characters (C0, DEL, C1), marks that change the
// direction of writing, the line and paragraph separators, and bytes that are no UTF-8.
#pragma once
#include <string>
#include <string_view>

namespace trainyard {

// For a table or a sentence: each such character becomes "?", a tab stays.
std::string printable(std::string_view text);

// For a log line: such characters become escapes ("\n", "\x1b", "\u202e"), so that they can still be read.
std::string escaped(std::string_view text);

// For many lines on a terminal, as a program wrote them: line feeds, carriage returns and tabs stay, changes
// of colour (ESC [ … m) are left out, and all else as printable().
std::string printable_lines(std::string_view text);

}  // namespace trainyard
