// Fields: reads one table of a person's text, key by key, and notes everything that is wrong with it. For
// manifests and for the daemon's configuration. What may be written is said in a list of KeyInfo: the reader
// takes these keys and no others, and the manual pages are held against the same list.
//
//   Fields resources(table, place, "resources", keys, problems);
//   resources.require("name");                          // notes it when it is missing
//   resources.integer("nodes", spec.nodes, {1, 1000});  // keeps spec.nodes when it is absent or wrong
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

// One key that may be written.
struct KeyInfo {
  std::string
      path;  // "resources.gpus_per_node"; a part of the user's own naming in capitals: "plans.NAME.gpus"
  std::string type;          // "integer", "string", "duration", …, for people
  std::string default_text;  // as one would write it; empty: required, or none
  std::string doc;           // one line
};
using Keys = std::vector<KeyInfo>;

// Both ends included.
template <class T>
struct Range {
  T least = std::numeric_limits<T>::lowest();
  T most = std::numeric_limits<T>::max();
};

// What is wrong with a text, in words that can follow the key's name ("must begin with /"); nothing when it
// is right.
using TextCheck = std::optional<std::string> (*)(const std::string& text);

class Fields {
 public:
  // `section` is the table's path in `keys`, empty for the whole text. Every key in `table` that is not
  // listed there is noted at once, with the one that was probably meant.
  Fields(const Table& table, Place place, std::string section, const Keys& keys, Problems& problems);

  bool has(const char* key) const { return find(key) != nullptr; }
  const Node* find(const char* key) const;

  // Each sets `into` and returns true when the key is there and its value right. Otherwise `into` keeps what
  // it had, and a value that is wrong is noted.
  bool boolean(const char* key, bool& into);
  bool integer(const char* key, int& into, Range<int> range = {});
  bool integer(const char* key, std::int64_t& into, Range<std::int64_t> range = {});
  bool number(const char* key, double& into, Range<double> range = {});      // finite; 1 is taken for 1.0
  bool text(const char* key, std::string& into, TextCheck check = nullptr);  // one printable line, not empty
  bool long_text(const char* key, std::string& into);                        // lines and tabs too
  bool word(const char* key, std::string& into, const std::vector<std::string>& allowed);
  bool duration(const char* key, std::chrono::seconds& into, Range<std::int64_t> seconds = {});  // "00:10:00"
  bool size(const char* key, std::int64_t& into, Range<std::int64_t> bytes = {});                // "64 GiB"
  bool integers(const char* key, std::vector<std::int64_t>& into,
                Range<std::int64_t> range = {});                                           // [1, 8, 8]
  bool texts(const char* key, std::vector<std::string>& into, TextCheck check = nullptr);  // ["a", "b"]

  bool words(const char* key, std::vector<std::string>& into, const std::vector<std::string>& allowed);

  // The sub-table of that name, whose keys are listed below this section; nothing when absent or not a table.
  std::optional<Fields> table(const char* key);

  // Sub-tables whose names the user chose, listed as "<section>.NAME.…": [plans.free], [plans.large].
  // Names hold letters, digits, '.', '_' and '-'; others are noted and left out.
  std::vector<std::pair<std::string, Fields>> named_tables(const char* key);

  // Notes that the key is missing, at the table's line, unless it is there.
  bool require(const char* key);

  // Notes a problem with the key's value; with the table when the key is absent.
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
