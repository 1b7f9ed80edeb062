#include "daemon/manifest/expansion.h"

namespace trainyard {

std::size_t footprint(const Json& value) {
  constexpr std::size_t map_node = 48;
  std::size_t bytes = sizeof(Json);
  if (value.is_string()) bytes += sizeof(std::string) + value.get_ref<const std::string&>().size();
  if (value.is_array())
    for (const Json& item : value) bytes += footprint(item);
  if (value.is_object())
    for (const auto& [key, member] : value.items())
      bytes += map_node + sizeof(std::string) + key.size() + footprint(member);
  return bytes;
}

}  // namespace trainyard
