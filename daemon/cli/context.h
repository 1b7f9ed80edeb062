// Context: what every command gets: the client of the daemon, the terminal's properties, and functions that
// print.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "daemon/base/json.h"
#include "daemon/base/lazy.h"
#include "daemon/cli/daemon_client.h"
#include "daemon/cli/terminal.h"

namespace trainyard {

inline constexpr const char* default_socket = "/run/trainyard/trainyard.sock";

// Returns the daemon's address: that of the command line (--socket, --host; empty: not given), else
// $TRAINYARD_HOST, else $TRAINYARD_SOCKET, else the default. Throws Error{invalid} if both --socket and
// --host are given.
DaemonAddress address_of_daemon(const std::string& socket, const std::string& host);

class Context {
 public:
  // `socket` and `host` are the values of --socket and --host; see address_of_daemon().
  Context(const std::string& socket, const std::string& host, Terminal terminal);

  DaemonClient& daemon() { return daemon_; }
  const Terminal& terminal() const { return terminal_; }
  // Returns the time zone of the times shown: $TZ or the machine's.
  const std::string& zone() const { return *zone_; }

  // Writes to stdout. Throws Error{unavailable} if that fails, so that a full disk does not look like
  // success.
  void print(std::string_view text) const;
  void print_json(const Json& object) const;  // one line; on a terminal non-ASCII characters are escaped

  // The texts of the files that the command has read, by file name. If one has a problem, the error message
  // shows the line.
  std::map<std::string, std::string> sources;

 private:
  Terminal terminal_;
  Lazy<std::string> zone_;  // reading the tz database takes as long as a submission
  DaemonClient daemon_;
};

}  // namespace trainyard
