// Node: a value in a text that a person wrote, with the place where it stands. What a TOML reader (and later
// those of YAML and of sbatch files) makes, and what fields.h reads. Knows nothing of any of these languages.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace trainyard {

// From 1, columns in bytes; line 0: no line can be blamed.
struct Place {
  int line = 0;
  int column = 0;
  auto operator<=>(const Place&) const = default;
};

struct Node;
struct Entry;
using List = std::vector<Node>;
using Table = std::vector<Entry>;  // in the order written

struct Node {
  Place place;
  std::string text;  // as written: 0.10 is not 0.1 to a person; one line, shortened when long
  // monostate: something of the language that no reader here wants (a date)
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Table> value;

  // nullptr when it is of another type
  const bool* boolean() const { return std::get_if<bool>(&value); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value); }
  const double* number() const { return std::get_if<double>(&value); }
  const std::string* string() const { return std::get_if<std::string>(&value); }
  const List* list() const;
  const Table* table() const;
};

struct Entry {
  std::string key;
  Place place;  // of the key
  Node value;
};

inline const List* Node::list() const { return std::get_if<List>(&value); }
inline const Table* Node::table() const { return std::get_if<Table>(&value); }

// The value of that key, or nullptr.
const Node* find(const Table& table, std::string_view key);
Node* find(Table& table, std::string_view key);

// Bytes it takes in memory, about: what copies of it cost.
std::size_t footprint(const Node& node);

// What a message shows of a text: one line, at most 60 bytes, "…" for what is left out.
std::string excerpt(std::string_view text);

}  // namespace trainyard
