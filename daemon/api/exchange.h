// A request, its answer, and the interfaces by which the HTTP server and the routes exchange them. Request
// and Response are plain values. The interfaces are used on the loop only.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/json.h"
#include "daemon/base/name_service.h"

namespace trainyard {

// The client's uid and gid. On a Unix socket they come from the kernel (SO_PEERCRED), as they were at
// connect(2); on the network they come from munge.
struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
};

// The head of a request. The server passes the body, if any, to the Exchange.
struct Request {
  std::string method;                            // "GET"
  std::string target;                            // path and query as they came: "/v1/runs?name=a%20b"
  std::string path;                              // decoded, without the query: "/v1/runs/42"
  std::map<std::string, std::string> query;      // decoded; if a name is given twice, the last value
  std::optional<std::int64_t> announced_length;  // Content-Length, if the client sent it
  std::string authorization;                     // the Authorization header; empty: none
  Peer peer;
  Identity identity;                       // the peer's user and groups on this machine
  std::optional<std::string> body_sha256;  // digest of the body that the client signed; unset: not signed
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;  // besides Content-Type
};

// Returns a response with `body` as its JSON. Bytes that are not UTF-8 are replaced by U+FFFD.
Response json_response(const Json& body, int status = 200);

// Thrown if the sender of a request cannot be identified: an Error{denied} that is answered with the status
// 401 instead of 403.
class NotIdentified : public Error {
 public:
  explicit NotIdentified(const std::string& message) : Error(ErrorKind::denied, message) {}
};

// Turns an error into an HTTP response; no other function does. The status is 400 for invalid, 403 for
// denied, 404 for not_found, 500 for internal, 503 for unavailable. The body is {kind, message, problems[]}.
// An exception that is not an Error is logged and becomes a 500.
Response error_response(const std::exception_ptr& error);

// Answers one request, now or later, exactly once: only the first answer counts. Copies answer the same
// request. If the last copy is destroyed without an answer, the client gets a 500. A Responder can outlive
// the connection and the server.
class Responder {
 public:
  explicit Responder(std::function<void(Response)> deliver);

  void send(Response response) const;
  void fail(const std::exception_ptr& error) const { send(error_response(error)); }

 private:
  struct Answer;
  std::shared_ptr<Answer> answer_;
};

// Receives the body of one request and answers the request. The server makes an Exchange when the head of the
// request is complete, and destroys it without calling finish() if the client hangs up. If an Exchange
// throws, the exception becomes the answer, and the server reads and drops the rest of the body.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual void add_body(std::string_view bytes) = 0;
  virtual void finish(Responder responder) = 0;  // called once, when the body is complete
};

// Makes the Exchange for the head of a request. If it throws, the exception becomes the answer.
using BeginExchange = std::function<std::unique_ptr<Exchange>(Request head)>;

// The callbacks by which Identify reports its result. Identify calls one of them, once, on the loop, now or
// later: `known` with the head, in which peer and identity are set, or `refused` with the reason.
struct Identified {
  std::function<void(Request head)> known;
  std::function<void(const std::exception_ptr& error)> refused;
};
// Finds out who sent a request. In the head of a request on a Unix socket, the peer is set already; on the
// network it is not. The server reads no more of the request until Identify has called back.
using Identify = std::function<void(Request head, Identified answer)>;

}  // namespace trainyard
