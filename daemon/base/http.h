// HTTP over a Unix socket (libcurl): how the command line speaks to the daemon. One connection, kept open;
// one thread at a time.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/base/error.h"

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

// Every call throws Error{unavailable} naming the socket when nobody listens there, Error{denied} when this
// user may not connect, and ConnectionLost when the answer stays away (for at most two minutes).
class HttpClient {
 public:
  explicit HttpClient(std::string unix_socket);
  ~HttpClient();

  // `target` is path and query, escaped: "/v1/runs?state=live".
  HttpResponse head(const std::string& target);
  HttpResponse get(const std::string& target);
  HttpResponse post(const std::string& target, std::string_view json);
  HttpResponse put_file(const std::string& target, const std::string& path);

 private:
  struct Handle;
  HttpResponse perform(const std::string& target);

  std::string unix_socket_;
  std::unique_ptr<Handle> handle_;
};

// What may stand in a path or query as it is stays; the rest is written %XX.
std::string url_escape(std::string_view text);

}  // namespace trainyard
