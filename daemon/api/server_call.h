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
  // `resumed` is called after a suspended connection was resumed.
  ServerCall(MHD_Connection* connection, std::string target, std::function<void()> resumed)
      : connection_(connection), target_(std::move(target)), resumed_(std::move(resumed)) {}

  bool has_begun() const { return stage_ != Stage::head; }
  bool awaits_identity() const { return stage_ == Stage::identity; }
  bool reads_body() const { return stage_ == Stage::body; }
  std::int64_t body_bytes() const { return body_bytes_; }
  std::int64_t answer_bytes() const { return answer_bytes_; }  // 0 until the answer is on its way

  // To be called when the head is complete. Starts to identify the client.
  void begin(const Identify& identify, const BeginExchange& begin, const char* url, const char* method);

  // Returns true if the request is refused already and the client still waits for permission to send its body
  // (the header Expect). The body need not be read then.
  bool refused_before_the_body() const;

  // rest() suspends the connection: nothing is read from the client until wake(). The library then passes the
  // bytes that were not taken once more.
  void rest();
  void wake();

  // Takes a piece of the body. Returns false if the connection should be closed.
  bool add_body(std::string_view bytes);

  // To be called when the body is complete or the answer has come. Sends the answer, or suspends the
  // connection until there is one.
  MHD_Result answer_or_rest();

 private:
  enum class Stage {
    head,      // the head has not been looked at yet
    identity,  // the client is being identified
    body,      // the body is read, or dropped if the answer is known already
    answer,    // the body is complete; the answer is due
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
  std::unique_ptr<Exchange> exchange_;  // null if the answer was known before the body
  std::optional<Response> response_;
  std::int64_t body_bytes_ = 0, answer_bytes_ = 0;
};

}  // namespace trainyard
