// Node: a value in a text that a user wrote, with its line and column in the text. read_toml() makes Nodes,
// and Fields (fields.h) reads them. A Node does not depend on TOML, so that parsers of other languages, such
// as YAML, can make Nodes, too.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace trainyard {

// Position in a text. Lines and columns count from 1, columns in bytes. Line 0: the problem belongs to no
// line.
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
  std::string text;  // the value as written (0.10, not 0.1); one line, shortened if long
  // monostate: a value of a type that no reader uses, such as a date
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Table> value;

  // Each of these functions returns nullptr if the value is of another type.
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

// Returns the value of the key, or nullptr.
const Node* find(const Table& table, std::string_view key);
Node* find(Table& table, std::string_view key);

// Returns about how many bytes of memory a copy of the node takes.
std::size_t footprint(const Node& node);

// Returns the part of a text that a message shows: its first line, at most 60 bytes, then "…" if anything was
// left out.
std::string excerpt(std::string_view text);

}  // namespace trainyard
