// HTTP over a Unix socket or TCP (libcurl), with which the command line calls the daemon. Each client is for
// one thread at a time.
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
  int status = 0;  // any status, also 404: the caller decides what it means
  std::string body;
};

// Thrown if no answer came: the request might or might not have reached the server. A caller who repeats the
// request must make sure that a second execution does no harm.
class ConnectionLost : public Error {
 public:
  explicit ConnectionLost(const std::string& message) : Error(ErrorKind::unavailable, message) {}
};

// A function that returns the value of a request's header Authorization, which proves which user sends the
// request.
using SignRequest = std::function<std::string(const SignedRequest& request)>;

// Every call throws Error{unavailable}, which names the socket or the host, if nobody listens there;
// Error{denied} if this user may not connect; ConnectionLost if the answer does not come (at the latest after
// two minutes of silence); and the errors of `sign`.
class HttpClient {
 public:
  // Uses one connection for all requests.
  explicit HttpClient(std::string unix_socket);

  // Opens a connection for each request. On a connection that stays open, libcurl might send a request again
  // by itself, and the daemon refuses a signed request the second time.
  HttpClient(HostPort address, SignRequest sign);
  ~HttpClient();

  // `target` is path and query, escaped: "/v1/runs?state=live".
  HttpResponse head(const std::string& target);
  HttpResponse get(const std::string& target);
  HttpResponse post(const std::string& target, std::string_view json);
  HttpResponse put_file(const std::string& target, const std::string& path);

 private:
  struct Handle;
  // Returns "" if requests are not signed.
  std::string digest_to_sign(std::string_view body) const;
  HttpResponse perform(const SignedRequest& request);
  void set_address(const std::string& target);
  void check(int code) const;  // throws unless libcurl's `code` is CURLE_OK
  bool over_tcp() const { return unix_socket_.empty(); }

  std::string unix_socket_;  // empty: over TCP
  HostPort address_;
  SignRequest sign_;
  std::unique_ptr<Handle> handle_;
};

// Escapes text for a path or a query: writes characters that are not allowed there as %XX.
std::string url_escape(std::string_view text);

}  // namespace trainyard
