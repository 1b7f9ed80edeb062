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

// Where the daemon is: what the command line says (--socket, --host; empty: not given), else $TRAINYARD_HOST,
// else $TRAINYARD_SOCKET, else the default. Error{invalid} when both are given.
DaemonAddress address_of_daemon(const std::string& socket, const std::string& host);

class Context {
 public:
  // What the command line says of the daemon's place; see address_of_daemon().
  Context(const std::string& socket, const std::string& host, Terminal terminal);

  DaemonClient& daemon() { return daemon_; }
  const Terminal& terminal() const { return terminal_; }
  const std::string& zone() const { return zone_; }  // of the times shown: $TZ or the machine's

  // To stdout. A line that cannot be written is an Error{unavailable}: a full disk must not look like
  // success.
  void print(std::string_view text) const;
  void print_json(const Json& object) const;  // one line; on a terminal, what is not ASCII is escaped

  // Texts that were read, by the file's name, so that a problem can be shown in its line.
  std::map<std::string, std::string> sources;

 private:
  Terminal terminal_;
  std::string zone_;
  DaemonClient daemon_;
};

}  // namespace trainyard
