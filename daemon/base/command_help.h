// Makes the text of --help, 80 columns wide, from the table of a program's arguments and options.
#pragma once
#include <cstddef>
#include <string>

#include "daemon/base/command_line.h"

namespace trainyard {

// Returns "usage: trainyard show RUN... [OPTIONS]\n".
std::string usage_line(const Syntax& syntax);

// Return one or more lines for each argument or option, with its description in a second column.
std::string arguments_text(const std::vector<Argument>& arguments);
std::string options_text(const std::vector<Option>& options);

// Returns "  left     right\n", with the right column wrapped between words.
std::string two_columns(const std::string& left, const std::string& right, std::size_t left_width);

// Returns the paragraph wrapped between words, with a newline at the end.
std::string wrapped(const std::string& paragraph);

}  // namespace trainyard
