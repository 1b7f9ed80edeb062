#include "daemon/cli/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/printable.h"
#include "daemon/base/text.h"
#include "daemon/cli/table.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

struct Style {
  bool colour;
  std::string in(const char* code, const std::string& text) const {
    return colour ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
  }
  std::string bold(const std::string& text) const { return in("1", text); }
  std::string red(const std::string& text) const { return in("1;31", text); }
  std::string blue(const std::string& text) const { return in("1;34", text); }
};

std::string location(const Problem& problem) {
  std::string text = printable(problem.file);
  if (problem.line > 0) text += ':' + std::to_string(problem.line);
  if (problem.line > 0 && problem.column > 0) text += ':' + std::to_string(problem.column);
  return text;
}

// Returns blanks up to `column` of `line`, with which a caret is put below it. Where the line has a tab, so
// has the result, so that the caret is in the right column for any tab width.
std::string indent_below(const std::string& line, std::size_t column) {
  std::string indent;
  for (char c : line.substr(0, column))
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) indent += c == '\t' ? '\t' : ' ';
  return indent;
}

std::size_t underlined(const std::string& line, std::size_t column, const std::string& object) {
  bool stands_there = line.compare(column, object.size(), object) == 0;
  return stands_there ? std::max<std::size_t>(1, columns_of(object)) : 1;
}

std::string quoted_line(const Problem& problem, const std::string& source, const Style& style) {
  std::vector<std::string> lines = split(source, '\n');
  if (problem.line < 1 || static_cast<std::size_t>(problem.line) > lines.size()) return "";
  std::string line = lines[static_cast<std::size_t>(problem.line) - 1];
  if (line.ends_with('\r')) line.pop_back();
  line = printable(line);
  std::string text = style.blue(fmt::format("{:5} | ", problem.line)) + line + '\n';
  std::size_t column = static_cast<std::size_t>(std::max(problem.column, 1)) - 1;
  if (problem.column < 1 || column > line.size()) return text;
  return text + style.blue("      | ") + indent_below(line, column) +
         style.red('^' + std::string(underlined(line, column, problem.object) - 1, '~')) + '\n';
}

}  // namespace

std::string render(const Problem& problem, const std::map<std::string, std::string>& sources, bool colour) {
  Style style{colour};
  std::string where = location(problem);
  std::string text = where.empty() ? "" : style.bold(where + ": ");
  text += style.red("error: ");
  if (!problem.object.empty()) text += printable(problem.object) + ": ";
  text += printable(problem.message) + '\n';
  auto source = sources.find(problem.file);
  if (source != sources.end()) text += quoted_line(problem, source->second, style);
  if (!problem.hint.empty()) text += style.blue("      = ") + printable(problem.hint) + '\n';
  return text;
}

std::string render(const Error& error, const std::map<std::string, std::string>& sources, bool colour) {
  Style style{colour};
  if (error.problems().empty()) return style.red("error: ") + printable_lines(error.what()) + '\n';
  std::string text;
  for (const Problem& problem : error.problems()) text += render(problem, sources, colour);
  return text + count_of(static_cast<std::int64_t>(error.problems().size()), "problem") +
         "; nothing was submitted\n";
}

}  // namespace trainyard
