// Makes text that is not trusted safe to show: the result cannot control a terminal, hide the text beside it,
// or begin a new line. All functions replace control characters (C0, DEL, C1), marks that change the
// direction of writing, line and paragraph separators, and bytes that are not UTF-8.
#pragma once
#include <string>
#include <string_view>

namespace trainyard {

// For a table or a sentence: replaces each such character by "?", but keeps tabs.
std::string printable(std::string_view text);

// For a log line: replaces each such character by an escape ("\n", "\x1b", "\u202e"), which shows which
// character it was.
std::string escaped(std::string_view text);

// For lines that a program wrote, shown on a terminal: keeps line feeds, carriage returns and tabs, drops
// colour sequences (ESC [ … m), and replaces each other such character by "?".
std::string printable_lines(std::string_view text);

}  // namespace trainyard
