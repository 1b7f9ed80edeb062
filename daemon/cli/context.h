// Context: what every command is given.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "daemon/base/json.h"
#include "daemon/cli/daemon_client.h"
#include "daemon/cli/terminal.h"

namespace trainyard {

inline constexpr const char* default_socket = "/run/trainyard/trainyard.sock";

class Context {
 public:
  // `socket` as given on the command line; empty: $TRAINYARD_SOCKET, or the default.
  Context(const std::string& socket, Terminal terminal);

  DaemonClient& daemon() { return daemon_; }
  const Terminal& terminal() const { return terminal_; }
  const std::string& zone() const { return zone_; }  // of the times shown: $TZ or the machine's

  // To stdout. A line that cannot be written is an Error{unavailable}: a full disk must not look like
  // success.
  void print(std::string_view text) const;
  void print_json(const Json& object) const;  // one line

  // Texts that were read, by the file's name, so that a problem can be shown in its line.
  std::map<std::string, std::string> sources;

 private:
  Terminal terminal_;
  std::string zone_;
  DaemonClient daemon_;
};

}  // namespace trainyard
