#include "daemon/base/host_port.h"

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr std::string_view letters_and_digits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool has_only(std::string_view text, std::string_view further) {
  return !text.empty() &&
         text.find_first_not_of(std::string(letters_and_digits).append(further)) == std::string_view::npos;
}

[[noreturn]] void refuse(std::string_view text) {
  throw Error(ErrorKind::invalid, "\"" + std::string(text) +
                                      "\" is not a host: write a name or an address, and a port where it is "
                                      "another than 6822: head, head:6822, [fe80::1]:6822");
}

}  // namespace

HostPort parse_host_port(std::string_view text) {
  HostPort address;
  bool bracketed = text.starts_with('[');
  std::size_t end = bracketed ? text.find(']') : text.find(':');
  address.host = text.substr(bracketed ? 1 : 0, end - (bracketed ? 1 : 0));
  if (!has_only(address.host, bracketed ? ":.%-_" : ".-_")) refuse(text);
  std::string_view rest = end == std::string_view::npos ? "" : text.substr(end + (bracketed ? 1 : 0));
  if (rest.empty() && bracketed == (end != std::string_view::npos)) return address;
  if (!rest.starts_with(':')) refuse(text);
  const auto port = whole_number<std::uint16_t>(rest.substr(1), 1);
  if (!port) refuse(text);
  address.port = *port;
  return address;
}

std::string to_string(const HostPort& address) {
  bool bracketed = address.host.find(':') != std::string::npos;
  return (bracketed ? '[' + address.host + ']' : address.host) + ':' + std::to_string(address.port);
}

}  // namespace trainyard
