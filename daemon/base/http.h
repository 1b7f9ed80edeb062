// HTTP over a Unix socket or TCP (libcurl): how the command line speaks to the daemon. One thread at a time.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/base/error.h"
#include "daemon/base/host_port.h"
#include "daemon/base/signed_request.h"

namespace trainyard {

struct HttpResponse {
  int status = 0;  // whatever it is: the caller knows what 404 means to it
  std::string body;
};

// The request may have reached the server or not: who repeats it must make sure that twice does no harm.
class ConnectionLost : public Error {
 public:
  explicit ConnectionLost(const std::string& message) : Error(ErrorKind::unavailable, message) {}
};

// Proves whose request it is: the value of its header Authorization.
using SignRequest = std::function<std::string(const SignedRequest& request)>;

// Every call throws Error{unavailable} naming the socket or the host when nobody listens there, Error{denied}
// when this user may not connect, ConnectionLost when the answer stays away (for at most two minutes), and
// what `sign` throws.
class HttpClient {
 public:
  // One connection, kept open.
  explicit HttpClient(std::string unix_socket);

  // A connection for each request. On one kept open libcurl may send a request again by itself, and what was
  // signed once is refused the second time.
  HttpClient(HostPort address, SignRequest sign);
  ~HttpClient();

  // `target` is path and query, escaped: "/v1/runs?state=live".
  HttpResponse head(const std::string& target);
  HttpResponse get(const std::string& target);
  HttpResponse post(const std::string& target, std::string_view json);
  HttpResponse put_file(const std::string& target, const std::string& path);

 private:
  struct Handle;
  HttpResponse perform(const SignedRequest& request);
  void set_address(const std::string& target);
  void check(int code) const;  // of libcurl
  bool over_tcp() const { return unix_socket_.empty(); }

  std::string unix_socket_;  // empty: over TCP
  HostPort address_;
  SignRequest sign_;
  std::unique_ptr<Handle> handle_;
};

// What may stand in a path or query as it is stays; the rest is written %XX.
std::string url_escape(std::string_view text);

}  // namespace trainyard
