// A request, its answer, and what stands between the two. Plain values but for Responder; all on the loop.
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

// Who asks: of a Unix socket the kernel's word (SO_PEERCRED), as of its connect(2); else munge's.
struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
};

// The head of a request. Its body, if any, goes to the Exchange.
struct Request {
  std::string method;                            // "GET"
  std::string target;                            // path and query as they came: "/v1/runs?name=a%20b"
  std::string path;                              // decoded, without the query: "/v1/runs/42"
  std::map<std::string, std::string> query;      // decoded; of a name given twice, the last
  std::optional<std::int64_t> announced_length;  // of the body, where the client said it
  std::string authorization;                     // the header; empty: none
  Peer peer;
  Identity identity;                       // who the peer is to this machine
  std::optional<std::string> body_sha256;  // what the client signed for; nothing where nothing is signed
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;  // further ones
};

// Bytes in it that are no UTF-8 are replaced by U+FFFD.
Response json_response(const Json& body, int status = 200);

// Nobody knows who asks: denied, and 401 instead of 403.
class NotIdentified : public Error {
 public:
  explicit NotIdentified(const std::string& message) : Error(ErrorKind::denied, message) {}
};

// The one place where errors become HTTP: invalid 400, denied 403, not_found 404, internal 500,
// unavailable 503; the body is {kind, message, problems[]}. What is no Error is logged and is a 500.
Response error_response(const std::exception_ptr& error);

// Answers one request, now or later, exactly once: the first answer counts. Copies answer the same request;
// when the last one goes unanswered, the client gets a 500. It may outlive the connection and the server.
class Responder {
 public:
  explicit Responder(std::function<void(Response)> deliver);

  void send(Response response) const;
  void fail(const std::exception_ptr& error) const { send(error_response(error)); }

 private:
  struct Answer;
  std::shared_ptr<Answer> answer_;
};

// One request on its way in; made when its head is there. Destroyed unfinished when the client hangs up.
// What it throws is the answer; the rest of the body is then read and dropped.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual void add_body(std::string_view bytes) = 0;
  virtual void finish(Responder responder) = 0;  // the body is complete; called once
};

// Makes the Exchange for a head, or throws the answer.
using BeginExchange = std::function<std::unique_ptr<Exchange>(Request head)>;

// Finds out who asks: of a Unix socket the head says its peer, else not even that. Answers once, on the loop,
// now or later: the head, with its peer and identity, or why not. Until then nothing more of the request is
// read.
struct Identified {
  std::function<void(Request head)> known;
  std::function<void(const std::exception_ptr& error)> refused;
};
using Identify = std::function<void(Request head, Identified answer)>;

}  // namespace trainyard
