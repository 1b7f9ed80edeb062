// DaemonClient: calls the daemon's API with JSON and returns JSON. If the daemon answers with an error,
// throws an Error of the same kind, message and problems.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/base/http.h"
#include "daemon/base/json.h"

namespace trainyard {

// The address of a daemon: a socket on this host, or another host.
struct DaemonAddress {
  std::string socket;
  std::optional<HostPort> host;  // if set, `socket` is not used
  std::string munge_socket;      // the socket of this host's munged; empty: its default socket
  std::string daemon_user;       // the user that the daemon on `host` runs as; empty: "trainyard"
};

class DaemonClient {
 public:
  explicit DaemonClient(const DaemonAddress& address);

  // Sends a request and returns the answer. Throws what HttpClient throws, and the daemon's own error with
  // its kind, message and problems.
  Json get(const std::string& target);
  Json post(const std::string& target, const Json& body = Json::object());

  // Sends a POST that has the same effect once or twice. Repeats it a few times if the answer is lost.
  Json post_repeatable(const std::string& target, const Json& body);

  // Uploads an archive unless the daemon has it already.
  void upload_code(const std::string& digest, const std::string& archive_path);

 private:
  HttpClient http_;
};

// Returns the path of a request about a run: "/v1/runs/42" or, with `what`, "/v1/runs/42/logs".
std::string run_target(std::int64_t id, const std::string& what = "");

}  // namespace trainyard
