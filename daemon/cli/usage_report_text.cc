#include "daemon/cli/usage_report_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/base/clock.h"
#include "daemon/base/text.h"
#include "daemon/cli/table.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

std::string hours(std::int64_t gpu_seconds) {
  return fmt::format("{:.2f}", static_cast<double>(gpu_seconds) / 3600);
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
  return text;
}

// Returns notes below the table: how much of the GPU time is of suspended jobs, and how much is of closed
// months but was recorded later.
std::string notes_on(const Json& total) {
  std::string notes;
  if (std::int64_t suspended = integer_or_zero(total, "suspended_gpu_seconds"); suspended != 0)
    notes += fmt::format("{} GPU-seconds of it were held by suspended jobs.\n", suspended);
  if (std::int64_t late = integer_or_zero(total, "late_gpu_seconds"); late != 0)
    notes +=
        fmt::format("{} GPU-seconds of it belong to months that were closed when they became known.\n", late);
  return notes.empty() ? notes : '\n' + notes;
}

std::vector<std::string> keys_of(const Json& report) {
  std::vector<std::string> keys;
  for (const Json& key : get<Json>(report, "by")) keys.push_back(key.get<std::string>());
  return keys;
}

std::string value_of(const Json& row, const std::string& key) {
  Json value = get_or<Json>(get<Json>(row, "keys"), key.c_str(), Json());
  return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump();
}

std::vector<std::string> numbers_of(const Json& row) {
  std::int64_t gpu_seconds = integer_or_zero(row, "gpu_seconds");
  return {std::to_string(integer_or_zero(row, "runs")), std::to_string(integer_or_zero(row, "jobs")),
          std::to_string(gpu_seconds), hours(gpu_seconds)};
}

// Returns a text as a CSV cell. Puts an apostrophe before a text that begins like a formula, because users
// choose the names of runs and plans, and a spreadsheet would execute the formula.
std::string csv_cell(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos)
    text.insert(0, 1, '\'');
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string csv_line(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = csv_cell(cell);
  return join(cells, ",") + "\r\n";
}

}  // namespace

std::string usage_table(const Json& report) {
  std::string zone = get<std::string>(report, "zone");
  std::string text = fmt::format("GPU time from {} to {}\n\n",
                                 format_local(from_unix(get<std::int64_t>(report, "since")), zone),
                                 format_local(from_unix(get<std::int64_t>(report, "until")), zone));
  std::vector<std::string> keys = keys_of(report);
  std::vector<TextTable::Column> columns;
  for (const std::string& key : keys) columns.push_back({upper(key)});
  for (const char* title : {"RUNS", "JOBS", "GPU-SECONDS", "GPU-HOURS"})
    columns.push_back({title, Align::right});
  TextTable table(columns);
  auto add = [&](std::vector<std::string> names, const Json& row) {
    for (std::string& cell : numbers_of(row)) names.push_back(std::move(cell));
    table.add(std::move(names));
  };
  for (const Json& row : get<Json>(report, "rows")) {
    std::vector<std::string> names;
    for (const std::string& key : keys)
      names.push_back(value_of(row, key).empty() ? "-" : value_of(row, key));
    add(std::move(names), row);
  }
  std::vector<std::string> total(keys.size());
  if (!total.empty()) total.front() = "total";
  add(std::move(total), get<Json>(report, "total"));
  return text + table.text() + notes_on(get<Json>(report, "total"));
}

std::string data_uses_table(const Json& report) {
  const Json data = get_or<Json>(report, "data", Json::object());
  const Json rows = get_or<Json>(data, "rows", Json::array());
  if (rows.empty()) return "";
  TextTable table({{"USER"},
                   {"HITS", Align::right},
                   {"MISSES", Align::right},
                   {"FETCHED", Align::right},
                   {"SAVED", Align::right}});
  const auto add = [&](const std::string& user, const Json& row) {
    table.add({user, std::to_string(integer_or_zero(row, "hits")),
               std::to_string(integer_or_zero(row, "misses")),
               format_size(integer_or_zero(row, "fetched_bytes")),
               format_size(integer_or_zero(row, "saved_bytes"))});
  };
  for (const Json& row : rows) add(get<std::string>(row, "user"), row);
  add("total", get<Json>(data, "total"));
  return "\nData sets: runs that found theirs on scratch, or on its way there (hits), and runs that had it "
         "fetched (misses)\n\n" +
         table.text();
}

std::string usage_csv(const Json& report) {
  std::vector<std::string> keys = keys_of(report), titles = keys;
  for (const char* title :
       {"runs", "jobs", "gpu_seconds", "gpu_hours", "suspended_gpu_seconds", "late_gpu_seconds"})
    titles.push_back(title);
  std::string text = csv_line(titles);
  for (const Json& row : get<Json>(report, "rows")) {
    std::vector<std::string> cells;
    for (const std::string& key : keys) cells.push_back(value_of(row, key));
    for (std::string& cell : numbers_of(row)) cells.push_back(std::move(cell));
    for (const char* part : {"suspended_gpu_seconds", "late_gpu_seconds"})
      cells.push_back(std::to_string(integer_or_zero(row, part)));
    text += csv_line(std::move(cells));
  }
  return text;
}

}  // namespace trainyard
