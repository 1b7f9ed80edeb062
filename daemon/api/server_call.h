// One request of a connection, from its first line to its answer. Part of the server: nobody else sees it.
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
  // `resumed` is called when a connection that rested has something to do again.
  ServerCall(MHD_Connection* connection, std::string target, std::function<void()> resumed)
      : connection_(connection), target_(std::move(target)), resumed_(std::move(resumed)) {}

  bool has_begun() const { return stage_ != Stage::head; }
  bool awaits_identity() const { return stage_ == Stage::identity; }
  bool reads_body() const { return stage_ == Stage::body; }
  std::int64_t body_bytes() const { return body_bytes_; }
  std::int64_t answer_bytes() const { return answer_bytes_; }  // 0 until the answer is on its way

  // The head is complete.
  void begin(const Identify& identify, const BeginExchange& begin, const char* url, const char* method);

  // The client waits for leave to send its body: no need to read one that is refused already.
  bool refused_before_the_body() const;

  // Nothing is read from the client until wake(), and what it has sent by then comes once more.
  void rest();
  void wake();

  // False when the connection is better cut.
  bool add_body(std::string_view bytes);

  // The body is complete, or the answer has come.
  MHD_Result answer_or_rest();

 private:
  enum class Stage {
    head,      // it has not been looked at yet
    identity,  // who asks is being found out
    body,      // it is read, or dropped where the answer is known already
    answer,    // the exchange is finished, and owes the answer
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
  std::unique_ptr<Exchange> exchange_;  // nothing where the answer was known before the body
  std::optional<Response> response_;
  std::int64_t body_bytes_ = 0, answer_bytes_ = 0;
};

}  // namespace trainyard
