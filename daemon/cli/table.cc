#include "daemon/cli/table.h"

#include <algorithm>

#include "daemon/base/printable.h"

namespace trainyard {
namespace {

bool starts_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

constexpr std::size_t gap = 2;

}  // namespace

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_code_point));
}

std::string cut(const std::string& text, std::size_t columns) {
  constexpr std::size_t dots = 3;
  if (columns_of(text) <= columns || columns <= dots) return text;
  std::size_t kept = 0, end = 0;
  for (; end < text.size(); ++end)
    if (starts_code_point(text[end]) && kept++ == columns - dots) break;
  return text.substr(0, end) + "...";
}

std::string field_line(const std::string& name, const std::string& value) {
  return "  " + name + std::string(name.size() < 12 ? 12 - name.size() : 1, ' ') + printable(value) + '\n';
}

void TextTable::add(std::vector<std::string> row) {
  for (std::string& cell : row) cell = printable(cell);
  row.resize(columns_.size());
  rows_.push_back(std::move(row));
}

std::string TextTable::text(int width) const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) {
    titles.push_back(column.title);
    widths.push_back(columns_of(column.title));
  }
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));

  std::string text;
  auto add_row = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::string padding(widths[i] - columns_of(row[i]), ' ');
      if (i > 0) line += std::string(gap, ' ');
      line += columns_[i].align == Align::right ? padding + row[i] : row[i] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += (width > 0 ? cut(line, static_cast<std::size_t>(width)) : line) + '\n';
  };
  add_row(titles);
  for (const auto& row : rows_) add_row(row);
  return text;
}

}  // namespace trainyard
