// A host and a port, as people write them: "head", "head:6822", "10.0.0.1:6822", "[fe80::1]:6822".
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace trainyard {

inline constexpr std::uint16_t default_port = 6822;  // trainyardd's default port on the network

struct HostPort {
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = default_port;
  bool operator==(const HostPort&) const = default;
};

// Parses a host with an optional port. Throws Error{invalid} for any other text.
HostPort parse_host_port(std::string_view text);

// Returns the address as it is written in a URL: "[fe80::1]:6822".
std::string to_string(const HostPort& address);

}  // namespace trainyard
