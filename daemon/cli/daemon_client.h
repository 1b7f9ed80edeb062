// The daemon's API as calls: JSON in, JSON out, and whatever it refuses as the Error it names.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/base/http.h"
#include "daemon/base/json.h"

namespace trainyard {

// Where a daemon is: on this host behind a socket, or on another one.
struct DaemonAddress {
  std::string socket;
  std::optional<HostPort> host;  // when set, the socket does not matter
  std::string munge_socket;      // of this host's munged; empty: where it listens by default
  std::string daemon_user;       // whom the daemon over there runs as; empty: root
};

class DaemonClient {
 public:
  explicit DaemonClient(const DaemonAddress& address);

  // Throws what HttpClient throws, and the daemon's own error: its kind, message and problems.
  Json get(const std::string& target);
  Json post(const std::string& target, const Json& body = Json::object());

  // A POST that means the same when it is sent twice is sent again, some times, when the answer is lost.
  Json post_repeatable(const std::string& target, const Json& body);

  // Uploads an archive unless the daemon has it.
  void upload_code(const std::string& digest, const std::string& archive_path);

 private:
  HttpClient http_;
};

// "/v1/runs/42", "/v1/runs/42/logs"
std::string run_target(std::int64_t id, const std::string& what = "");

}  // namespace trainyard
