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

std::string resolve_socket(const std::string& given) {
  if (!given.empty()) return given;
  std::string from_environment = environment("TRAINYARD_SOCKET");
  return from_environment.empty() ? default_socket : from_environment;
}

std::string local_zone() {
  std::string zone = environment("TZ");
  if (zone.starts_with(':')) zone.erase(0, 1);
  if (zone.empty()) return system_zone();
  try {
    format_local(UtcSeconds{}, zone);
    return zone;
  } catch (const Error&) {
    return system_zone();  // TZ can hold rules ("CET-1CEST") that are no name
  }
}

}  // namespace

Context::Context(const std::string& socket, Terminal terminal)
    : terminal_(terminal), zone_(local_zone()), daemon_(resolve_socket(socket)) {}

void Context::print(std::string_view text) const { write_all(STDOUT_FILENO, text); }

void Context::print_json(const Json& object) const {
  print(object.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n');
}

}  // namespace trainyard
