// The keys of the formats csv and tsv.
#include "plugins/formats/table/format_table.h"

namespace trainyard {
namespace {

std::vector<FormatKey> keys_of_columns() {
  return {{.name = "label",
           .type = FormatKeyType::column,
           .meaning = "the label's column, counted from 0, or its name if there is a header",
           .is_required = true},
          {.name = "header",
           .type = FormatKeyType::boolean,
           .meaning = "whether the first line of every file names the columns",
           .otherwise = false}};
}

std::optional<FormatKeyProblem> check_columns(const Json& options) {
  const Json label = get_or<Json>(options, "label", nullptr);
  if (!label.is_string() || get_or(options, "header", false)) return std::nullopt;
  return FormatKeyProblem{"label", "is a column's name, but there is no header",
                          "header = true, or the column's number"};
}

}  // namespace

FormatInfo csv_info() {
  return {.name = "csv",
          .meaning = "lines of numbers, separated by commas; plain or gzipped",
          .endings = {".csv", ".csv.gz"},
          .keys = keys_of_columns(),
          .check = check_columns};
}

FormatInfo tsv_info() {
  return {.name = "tsv",
          .meaning = "lines of numbers, separated by tabs; plain or gzipped",
          .endings = {".tsv", ".tsv.gz"},
          .keys = keys_of_columns(),
          .check = check_columns};
}

}  // namespace trainyard
