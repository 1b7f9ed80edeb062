#include "daemon/manifest/read_format_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "daemon/manifest/name_rules.h"

namespace trainyard {
namespace {

constexpr std::int64_t most_columns = 1 << 20;

bool is_of_second_source(const FormatKey& key) { return std::string_view(key.name).starts_with("test_"); }

// Reads a file beside the source. Without the key, the format might know the file's name.
void read_file_key(Fields& fields, const FormatInfo& format, const FormatKey& key, DataSpec& data) {
  const bool is_second = is_of_second_source(key);
  const std::string& source = is_second ? data.test_source : data.source;
  std::string& into = is_second ? data.test_label_source : data.label_source;
  if (source.empty() || read_url_or_name(fields, key.name, source, into) || fields.has(key.name)) return;
  if (format.label_beside != nullptr) into = format.label_beside(source);
  if (into.empty() && key.is_required) fields.require(key.name);
}

void read_column(Fields& fields, const FormatKey& key, Json& option) {
  const Node* node = fields.find(key.name);
  std::int64_t column = 0;
  std::string name;
  if (node->integer()) {
    if (fields.integer(key.name, column, {0, most_columns})) option = column;
  } else if (!node->string()) {
    fields.problem(key.name, "must be a column: its number from 0, or its name");
  } else if (fields.text(key.name, name)) {
    option = name;
  }
}

void read_option(Fields& fields, const FormatKey& key, Json& option) {
  bool flag = false;
  std::string text;
  switch (key.type) {
    case FormatKeyType::boolean:
      if (fields.boolean(key.name, flag)) option = flag;
      return;
    case FormatKeyType::text:
      if (fields.text(key.name, text)) option = text;
      return;
    case FormatKeyType::choice:
      if (fields.word(key.name, text, {key.choices.begin(), key.choices.end()})) option = text;
      return;
    case FormatKeyType::column:
      return read_column(fields, key, option);
    case FormatKeyType::file:
      return;  // not an option: read_file_key()
  }
}

void read_key(Fields& fields, const FormatInfo& format, const FormatKey& key, DataSpec& data) {
  if (is_of_second_source(key) && data.test_source.empty()) {
    if (fields.has(key.name)) fields.problem(key.name, "needs a second source", "test = \"…\" names it");
    return;
  }
  if (key.type == FormatKeyType::file) return read_file_key(fields, format, key, data);
  if (key.is_required && !fields.require(key.name)) return;
  Json option = key.otherwise;
  if (fields.has(key.name)) read_option(fields, key, option);
  if (!option.is_null()) data.options[key.name] = option;
}

// Returns the keys of all other formats that this format does not have.
std::vector<std::string> foreign_keys(const FormatInfo& format) {
  std::set<std::string> names;
  for (const FormatInfo& other : formats())
    for (const FormatKey& key : other.keys) names.insert(key.name);
  for (const FormatKey& key : format.keys) names.erase(key.name);
  return {names.begin(), names.end()};
}

}  // namespace

bool read_url_or_name(Fields& fields, const char* key, const std::string& source, std::string& into) {
  std::string written;
  if (!fields.text(key, written)) return false;
  const std::string url = looks_like_url(written) ? written : beside(source, written);
  const auto wrong = problem_with_url(url);
  if (wrong && looks_like_url(written)) fields.problem(key, *wrong);
  if (wrong && !looks_like_url(written))
    fields.problem(key, "must be a URL, or the name of a file beside the source");
  if (!wrong) into = url;
  return !wrong;
}

void refuse_keys(Fields& fields, const std::vector<std::string>& keys, const FormatInfo& format) {
  for (const std::string& key : keys)
    if (fields.has(key.c_str()))
      fields.problem(key.c_str(), fmt::format("means nothing for format {}", format.name), "leave it out");
}

void read_format_keys(Fields& fields, const FormatInfo& format, DataSpec& data) {
  for (const FormatKey& key : format.keys) read_key(fields, format, key, data);
  refuse_keys(fields, foreign_keys(format), format);
  if (format.check == nullptr) return;
  if (const std::optional<FormatKeyProblem> wrong = format.check(data.options))
    fields.problem(wrong->key, wrong->message, wrong->remedy);
}

}  // namespace trainyard
