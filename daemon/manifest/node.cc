#include "daemon/manifest/node.h"

#include <algorithm>
#include <utility>

namespace trainyard {

const Node* find(const Table& table, std::string_view key) {
  auto found = std::find_if(table.begin(), table.end(), [&](const Entry& entry) { return entry.key == key; });
  return found == table.end() ? nullptr : &found->value;
}

Node* find(Table& table, std::string_view key) { return const_cast<Node*>(find(std::as_const(table), key)); }

std::size_t footprint(const Node& node) {
  std::size_t bytes = sizeof(Node) + node.text.size();
  if (const std::string* string = node.string()) bytes += string->size();
  if (const List* list = node.list())
    for (const Node& item : *list) bytes += footprint(item);
  if (const Table* table = node.table())
    for (const Entry& entry : *table) bytes += entry.key.size() + footprint(entry.value);
  return bytes;
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::size_t end = std::min({text.find_first_of("\r\n"), text.size(), longest});
  // Do not cut a character in two: step back over the continuation bytes of UTF-8.
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  std::string shown(text.substr(0, end));
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return end < text.size() ? shown + "…" : shown;
}

}  // namespace trainyard
