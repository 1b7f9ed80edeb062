// What --help prints of a table of arguments and options: 80 columns, for a terminal.
#pragma once
#include <cstddef>
#include <string>

#include "daemon/base/command_line.h"

namespace trainyard {

// "usage: trainyard show RUN... [OPTIONS]\n"
std::string usage_line(const Syntax& syntax);

// A line or more for each, described in a column of its own.
std::string arguments_text(const std::vector<Argument>& arguments);
std::string options_text(const std::vector<Option>& options);

// "  left     right\n", the right one wrapped at words.
std::string two_columns(const std::string& left, const std::string& right, std::size_t left_width);

// A paragraph, wrapped at words.
std::string wrapped(const std::string& paragraph);

}  // namespace trainyard
