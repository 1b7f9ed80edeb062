// ServerCall: one request of a connection, from its first line to its answer. Only the server uses it.
#pragma once
#include <microhttpd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/api/exchange.h"

namespace trainyard {

class ServerCall : public std::enable_shared_from_this<ServerCall> {
 public:
  // The ServerCall calls `resumed` after it has resumed a suspended connection: the server must then run the
  // HTTP library, which does not notice.
  ServerCall(MHD_Connection* connection, std::string target, std::function<void()> resumed)
      : connection_(connection), target_(std::move(target)), resumed_(std::move(resumed)) {}

  bool has_begun() const { return stage_ != Stage::head; }
  bool awaits_identity() const { return stage_ == Stage::identity; }
  bool reads_body() const { return stage_ == Stage::body; }
  std::int64_t body_bytes() const { return body_bytes_; }
  std::int64_t answer_bytes() const { return answer_bytes_; }  // 0 until the answer is on its way

  // The server calls begin() when the head is complete. begin() starts to identify the client.
  void begin(const Identify& identify, const BeginExchange& begin, const char* url, const char* method);

  // Returns true if the request is refused already and the client still waits for permission to send its body
  // (it sent the header Expect). The server then need not read the body.
  bool refused_before_the_body() const;

  // rest() suspends the connection: the HTTP library reads nothing from the client until wake() resumes it.
  // The library then passes the bytes of the body once more that were not taken before.
  void rest();
  void wake();

  // Passes a piece of the body to the Exchange, or drops it if the request is answered already. Returns false
  // if the connection should be closed, because too much was dropped.
  bool add_body(std::string_view bytes);

  // The server calls this when the body has been read or is refused, and again when the connection was
  // resumed. The first call finishes the Exchange. Sends the answer if the route's handler has given one to
  // its Responder; else suspends the connection, and the Responder resumes it when it gets the answer.
  MHD_Result answer_or_rest();

 private:
  enum class Stage {
    head,      // begin() has not been called yet
    identity,  // the client is being identified
    body,      // the body is read, or dropped if the answer is known already
    answer,    // the body is complete; the answer is sent when there is one
  };

  void await_identity(const Identify& identify, const BeginExchange& begin, Request head);
  void finish();
  void deliver(Response response);

  template <class Work>
  void answer_what_it_throws(Work work);

  MHD_Connection* connection_;
  std::string target_;
  std::function<void()> resumed_;
  Stage stage_ = Stage::head;
  bool resting_ = false;
  std::unique_ptr<Exchange> exchange_;  // null if the request was answered before its body was read
  std::optional<Response> response_;
  std::int64_t body_bytes_ = 0, answer_bytes_ = 0;
};

}  // namespace trainyard
