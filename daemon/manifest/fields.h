// Fields: reads one table of a text that a person wrote (a manifest or the daemon's configuration), key by
// key, and records a problem for everything that is wrong with it. A list of KeyInfo names the allowed keys:
// Fields accepts no others, and tests compare the manual pages with the same list.
//
//   Fields resources(table, place, "resources", keys, problems);
//   resources.require("name");                          // records a problem if the key is missing
//   resources.integer("nodes", spec.nodes, {1, 1000});  // leaves spec.nodes unchanged if absent or wrong
#pragma once
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/manifest/node.h"
#include "daemon/manifest/problems.h"

namespace trainyard {

// One key that a text may contain.
struct KeyInfo {
  std::string path;  // "resources.gpus_per_node"; NAME is a part that the user names: "plans.NAME.gpus"
  std::string type;  // "integer", "string", "duration", …, for people
  std::string default_text;  // as a person would write it; empty: the key is required, or has no default
  std::string doc;           // one line
};
using Keys = std::vector<KeyInfo>;

// The numbers that a key allows; both ends are included.
template <class T>
struct Range {
  T least = std::numeric_limits<T>::lowest();
  T most = std::numeric_limits<T>::max();
};

// A function that returns what is wrong with a text, in words that can follow the key's name ("must begin
// with /"); nullopt if the text is valid.
using TextCheck = std::optional<std::string> (*)(const std::string& text);

class Fields {
 public:
  // `section`: the table's path in `keys`; empty for the root table. Records a problem for every key in
  // `table` that `keys` does not list, and suggests the key that was probably meant.
  Fields(const Table& table, Place place, std::string section, const Keys& keys, Problems& problems);

  bool has(const char* key) const { return find(key) != nullptr; }
  const Node* find(const char* key) const;

  // Each of these functions sets `into` and returns true if the table has the key and the key's value is
  // valid. Otherwise it leaves `into` unchanged, and records a problem if the value is wrong.
  bool boolean(const char* key, bool& into);
  bool integer(const char* key, int& into, Range<int> range = {});
  bool integer(const char* key, std::int64_t& into, Range<std::int64_t> range = {});
  bool number(const char* key, double& into, Range<double> range = {});      // finite; 1 is read as 1.0
  bool text(const char* key, std::string& into, TextCheck check = nullptr);  // one printable line, not empty
  bool long_text(const char* key, std::string& into);                        // several lines, tabs; not blank
  bool word(const char* key, std::string& into, const std::vector<std::string>& allowed);
  bool duration(const char* key, std::chrono::seconds& into, Range<std::int64_t> seconds = {});  // "00:10:00"
  bool size(const char* key, std::int64_t& into, Range<std::int64_t> bytes = {});                // "64 GiB"
  bool integers(const char* key, std::vector<std::int64_t>& into,
                Range<std::int64_t> range = {});                                           // [1, 8, 8]
  bool texts(const char* key, std::vector<std::string>& into, TextCheck check = nullptr);  // ["a", "b"]

  bool words(const char* key, std::vector<std::string>& into, const std::vector<std::string>& allowed);

  // Returns the sub-table `key`; its keys are listed below this section's path. Returns nullopt if the key is
  // absent, or is not a table; the latter is recorded as a problem.
  std::optional<Fields> table(const char* key);

  // Returns the sub-tables whose names the user chose: [plans.free], [plans.large]. Their keys are listed
  // with NAME in place of the name: "plans.NAME.gpus". Names hold letters, digits, '.', '_' and '-'; a
  // sub-table with another name is recorded as a problem and left out.
  std::vector<std::pair<std::string, Fields>> named_tables(const char* key);

  // Returns true if the table has the key. Otherwise records the missing key as a problem, at the table's
  // line.
  bool require(const char* key);

  // Records a problem at the line and column of the key's value, or of the table if the key is absent.
  void problem(const char* key, const std::string& message, const std::string& hint = "");

  Place place() const { return place_; }
  Problems& problems() { return problems_; }

 private:
  void check_known(const Table& table);
  std::string path(const std::string& key) const { return section_.empty() ? key : section_ + '.' + key; }
  bool wrong_type(const char* key, const Node& node, const std::string& expected);
  template <class T>
  bool number_in(const char* key, const Node& node, T value, Range<T> range, T& into);
  bool one_of(const char* key, const Node& node, std::string& into, const std::vector<std::string>& allowed);
  bool checked_text(const char* key, const Node& node, std::string& into, TextCheck check);

  const Table* table_;
  Place place_;
  std::string section_;
  const Keys* keys_;
  Problems& problems_;
};

// The keys directly below a section: for resources {"nodes", "gpus_per_node", …}.
std::vector<std::string> keys_below(const Keys& keys, const std::string& section);

}  // namespace trainyard
