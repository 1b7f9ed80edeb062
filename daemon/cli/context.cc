#include "daemon/cli/context.h"

#include <unistd.h>

#include <cstdlib>

#include "daemon/base/clock.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string local_zone() {
  std::string zone = environment("TZ");
  if (zone.starts_with(':')) zone.erase(0, 1);
  if (zone.empty()) return system_zone();
  try {
    format_local(UtcSeconds{}, zone);
    return zone;
  } catch (const Error&) {
    return system_zone();  // TZ can hold rules ("CET-1CEST") instead of a zone's name
  }
}

}  // namespace

DaemonAddress address_of_daemon(const std::string& socket, const std::string& host) {
  if (!socket.empty() && !host.empty())
    throw Error(ErrorKind::invalid, "--socket names a daemon on this host, --host one on another: give one");
  DaemonAddress address;
  std::string host_to_ask = host.empty() && socket.empty() ? environment("TRAINYARD_HOST") : host;
  if (!host_to_ask.empty()) address.host = parse_host_port(host_to_ask);
  address.socket = socket.empty() ? environment("TRAINYARD_SOCKET") : socket;
  if (address.socket.empty()) address.socket = default_socket;
  address.munge_socket = environment("TRAINYARD_MUNGE_SOCKET");
  address.daemon_user = environment("TRAINYARD_DAEMON_USER");
  return address;
}

Context::Context(const std::string& socket, const std::string& host, Terminal terminal)
    : terminal_(terminal), zone_(std::function(local_zone)), daemon_(address_of_daemon(socket, host)) {}

void Context::print(std::string_view text) const { write_all(STDOUT_FILENO, text); }

void Context::print_json(const Json& object) const {
  print(object.dump(-1, ' ', terminal_.shows_stdout(), Json::error_handler_t::replace) + '\n');
}

}  // namespace trainyard
