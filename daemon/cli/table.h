// TextTable: rows of text in aligned columns. Widths are counted in code points. Cells and values are cleaned
// by printable(), so that texts of other users cannot control this terminal.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace trainyard {

enum class Align { left, right };

class TextTable {
 public:
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add(std::vector<std::string> row);  // one text per column
  bool empty() const { return rows_.empty(); }

  // Returns the title line and the rows. Lines that are longer than `width` columns are cut; 0: never.
  std::string text(int width = 0) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

std::size_t columns_of(std::string_view text);                  // code points
std::string cut(const std::string& text, std::size_t columns);  // "a long s..."

// Returns a line with a name and a value: "  owner       ada\n".
std::string field_line(const std::string& name, const std::string& value);

}  // namespace trainyard
