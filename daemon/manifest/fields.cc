#include "daemon/manifest/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "daemon/base/clock.h"
#include "daemon/base/text.h"
#include "daemon/manifest/name_rules.h"

namespace trainyard {
namespace {

std::string prefix_of(const std::string& section) { return section.empty() ? "" : section + '.'; }

const KeyInfo* find_key(const Keys& keys, const std::string& path) {
  auto found = std::find_if(keys.begin(), keys.end(), [&](const KeyInfo& key) { return key.path == path; });
  return found == keys.end() ? nullptr : &*found;
}

std::string section_in_words(const std::string& section) {
  return section.empty() ? "" : '[' + section + ']';
}

// Returns a section in which a key of this name is allowed, such as "[resources]", for a hint about a
// misplaced key; empty if there is none.
std::string other_home(const Keys& keys, const std::string& key) {
  for (const KeyInfo& known : keys) {
    std::size_t dot = known.path.rfind('.');
    if (dot != std::string::npos && known.path.substr(dot + 1) == key)
      return section_in_words(known.path.substr(0, dot));
  }
  return "";
}

template <class T>
std::string in_words(Range<T> range) {
  if (range.least == Range<T>{}.least && range.most == Range<T>{}.most) return "";
  if (range.most == Range<T>{}.most) return fmt::format(", {} or more", range.least);
  if (range.least == Range<T>{}.least) return fmt::format(", {} or less", range.most);
  return fmt::format(" from {} to {}", range.least, range.most);
}

std::optional<std::string> problem_with_line(const std::string& text) {
  if (text.empty()) return "must not be empty";
  if (!is_one_printable_line(text)) return "must be one line, without control characters";
  return std::nullopt;
}

}  // namespace

std::vector<std::string> keys_below(const Keys& keys, const std::string& section) {
  const std::string prefix = prefix_of(section);
  std::vector<std::string> names;
  for (const KeyInfo& key : keys) {
    if (!key.path.starts_with(prefix)) continue;
    std::string name = key.path.substr(prefix.size());
    name = name.substr(0, name.find('.'));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

Fields::Fields(const Table& table, Place place, std::string section, const Keys& keys, Problems& problems)
    : table_(&table), place_(place), section_(std::move(section)), keys_(&keys), problems_(problems) {
  check_known(table);
}

void Fields::check_known(const Table& table) {
  const std::vector<std::string> known = keys_below(*keys_, section_);
  if (known == std::vector<std::string>{"NAME"}) return;  // the user chooses the names here
  for (const Entry& entry : table) {
    if (problems_.full()) return;
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    std::string hint = "known keys: " + join(known, ", ");
    if (std::string home = other_home(*keys_, entry.key); !home.empty()) hint = "it belongs in " + home;
    if (std::string meant = nearest(entry.key, known); !meant.empty()) hint = "did you mean " + meant + '?';
    problems_.add(entry.place, excerpt(entry.key), "unknown key", hint);
  }
}

const Node* Fields::find(const char* key) const { return trainyard::find(*table_, key); }

bool Fields::wrong_type(const char* key, const Node& node, const std::string& expected) {
  problems_.add(node.place, node.text, path(key) + " must be " + expected);
  return false;
}

template <class T>
bool Fields::number_in(const char* key, const Node& node, T value, Range<T> range, T& into) {
  if (value < range.least || value > range.most)
    return wrong_type(key, node, (std::is_integral_v<T> ? "a whole number" : "a number") + in_words(range));
  into = value;
  return true;
}

bool Fields::boolean(const char* key, bool& into) {
  const Node* node = find(key);
  if (!node) return false;
  const bool* value = node->boolean();
  if (!value) return wrong_type(key, *node, "true or false");
  into = *value;
  return true;
}

bool Fields::integer(const char* key, std::int64_t& into, Range<std::int64_t> range) {
  const Node* node = find(key);
  if (!node) return false;
  const std::int64_t* value = node->integer();
  if (!value) return wrong_type(key, *node, "a whole number" + in_words(range));
  return number_in(key, *node, *value, range, into);
}

bool Fields::integer(const char* key, int& into, Range<int> range) {
  std::int64_t value = into;
  if (!integer(key, value, Range<std::int64_t>{range.least, range.most})) return false;
  into = static_cast<int>(value);
  return true;
}

bool Fields::number(const char* key, double& into, Range<double> range) {
  const Node* node = find(key);
  if (!node) return false;
  if (const std::int64_t* whole = node->integer())
    return number_in(key, *node, static_cast<double>(*whole), range, into);
  const double* value = node->number();
  if (!value || !std::isfinite(*value)) return wrong_type(key, *node, "a number" + in_words(range));
  return number_in(key, *node, *value, range, into);
}

bool Fields::checked_text(const char* key, const Node& node, std::string& into, TextCheck check) {
  const std::string* value = node.string();
  if (!value) return wrong_type(key, node, "a text in quotes");
  auto wrong = problem_with_line(*value);
  if (!wrong && check) wrong = check(*value);
  if (!wrong) into = *value;
  if (wrong) problems_.add(node.place, node.text, path(key) + ' ' + *wrong);
  return !wrong;
}

bool Fields::text(const char* key, std::string& into, TextCheck check) {
  const Node* node = find(key);
  return node && checked_text(key, *node, into, check);
}

bool Fields::long_text(const char* key, std::string& into) {
  const Node* node = find(key);
  if (!node) return false;
  const std::string* value = node->string();
  if (!value) return wrong_type(key, *node, "a text in quotes");
  auto unprintable = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
  };
  if (std::any_of(value->begin(), value->end(), unprintable))
    return wrong_type(key, *node, "free of control characters");
  if (trim(*value).empty()) return wrong_type(key, *node, "more than blanks");
  into = *value;
  return true;
}

bool Fields::word(const char* key, std::string& into, const std::vector<std::string>& allowed) {
  const Node* node = find(key);
  return node && one_of(key, *node, into, allowed);
}

bool Fields::words(const char* key, std::vector<std::string>& into, const std::vector<std::string>& allowed) {
  const Node* node = find(key);
  if (!node) return false;
  if (!node->list()) return wrong_type(key, *node, "a list of: " + join(allowed, ", "));
  std::vector<std::string> values(node->list()->size());
  bool right = true;
  for (std::size_t i = 0; i < values.size(); ++i)
    right &= one_of(key, (*node->list())[i], values[i], allowed);
  if (right) into = std::move(values);
  return right;
}

bool Fields::one_of(const char* key, const Node& node, std::string& into,
                    const std::vector<std::string>& allowed) {
  const std::string* value = node.string();
  if (value && std::find(allowed.begin(), allowed.end(), *value) != allowed.end()) {
    into = *value;
    return true;
  }
  std::string meant = value && !problems_.full() ? nearest(*value, allowed) : "";
  problems_.add(node.place, node.text, path(key) + " must be one of " + join(allowed, ", "),
                meant.empty() ? "" : "did you mean " + meant + '?');
  return false;
}

bool Fields::duration(const char* key, std::chrono::seconds& into, Range<std::int64_t> seconds) {
  const Node* node = find(key);
  if (!node) return false;
  const std::string* value = node->string();
  const std::string form = "a duration such as \"00:10:00\" (hours:minutes:seconds) or \"2-12\" (days-hours)";
  if (!value) return wrong_type(key, *node, form);
  try {
    auto parsed = parse_duration(*value);
    auto spoken = [](std::int64_t count) { return format_duration(std::chrono::seconds{count}); };
    if (parsed.count() < seconds.least) return wrong_type(key, *node, spoken(seconds.least) + " or longer");
    if (parsed.count() > seconds.most) return wrong_type(key, *node, spoken(seconds.most) + " or shorter");
    into = parsed;
    return true;
  } catch (const Error&) {
    return wrong_type(key, *node, form);
  }
}

bool Fields::size(const char* key, std::int64_t& into, Range<std::int64_t> bytes) {
  const Node* node = find(key);
  if (!node) return false;
  const std::string* value = node->string();
  const std::string form = "a size such as \"64 GiB\" or \"1500M\"";
  if (!value) return wrong_type(key, *node, form);
  try {
    std::int64_t parsed = parse_size(*value);
    if (parsed < bytes.least) return wrong_type(key, *node, format_size(bytes.least) + " or more");
    if (parsed > bytes.most) return wrong_type(key, *node, format_size(bytes.most) + " or less");
    into = parsed;
    return true;
  } catch (const Error&) {
    return wrong_type(key, *node, form);
  }
}

bool Fields::integers(const char* key, std::vector<std::int64_t>& into, Range<std::int64_t> range) {
  const Node* node = find(key);
  if (!node) return false;
  const std::string form = "a list of whole numbers" + in_words(range);
  if (!node->list()) return wrong_type(key, *node, form);
  std::vector<std::int64_t> values;
  for (const Node& item : *node->list()) {
    const std::int64_t* value = item.integer();
    if (!value || *value < range.least || *value > range.most) return wrong_type(key, item, form);
    values.push_back(*value);
  }
  into = std::move(values);
  return true;
}

bool Fields::texts(const char* key, std::vector<std::string>& into, TextCheck check) {
  const Node* node = find(key);
  if (!node) return false;
  if (!node->list()) return wrong_type(key, *node, "a list of texts in quotes");
  std::vector<std::string> values(node->list()->size());
  bool right = true;
  for (std::size_t i = 0; i < values.size(); ++i)
    right &= checked_text(key, (*node->list())[i], values[i], check);
  if (right) into = std::move(values);
  return right;
}

std::optional<Fields> Fields::table(const char* key) {
  const Node* node = find(key);
  if (!node) return std::nullopt;
  if (node->table()) return Fields(*node->table(), node->place, path(key), *keys_, problems_);
  wrong_type(key, *node, "a table: [" + path(key) + ']');
  return std::nullopt;
}

std::vector<std::pair<std::string, Fields>> Fields::named_tables(const char* key) {
  std::vector<std::pair<std::string, Fields>> tables;
  const Node* node = find(key);
  if (!node) return tables;
  if (!node->table()) {
    wrong_type(key, *node, "tables: [" + path(key) + ".NAME]");
    return tables;
  }
  for (const Entry& entry : *node->table()) {  // not over a copy: each Fields points into the table
    if (auto wrong = problem_with_name(entry.key))
      problems_.add(entry.place, excerpt(entry.key), "a name in [" + path(key) + "] " + *wrong);
    else if (!entry.value.table())
      problems_.add(entry.value.place, entry.value.text, path(key) + '.' + entry.key + " must be a table");
    else
      tables.emplace_back(entry.key,
                          Fields(*entry.value.table(), entry.place, path(key) + ".NAME", *keys_, problems_));
  }
  return tables;
}

bool Fields::require(const char* key) {
  if (has(key)) return true;
  const KeyInfo* info = find_key(*keys_, path(key));
  std::string where = section_in_words(section_);
  problems_.add(place_, where, std::string(key) + " is missing", info ? info->doc : "");
  return false;
}

void Fields::problem(const char* key, const std::string& message, const std::string& hint) {
  const Node* node = find(key);
  if (node)
    problems_.add(node->place, node->text, path(key) + ' ' + message, hint);
  else
    problems_.add(place_, section_in_words(section_), path(key) + ' ' + message, hint);
}

}  // namespace trainyard
