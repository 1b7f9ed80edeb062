#include "daemon/api/server_call.h"

#include <map>
#include <utility>

#include "daemon/api/unix_socket.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

// If a request is answered before its body has come, the server reads and drops the body, so that the client
// can read the answer and gets no broken pipe. The connection is closed after this many dropped bytes.
constexpr std::int64_t most_dropped_bytes = std::int64_t{1} << 30;

struct FreeResponse {
  void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};

MHD_Result queue(MHD_Connection* connection, const Response& response) {
  // With MUST_COPY the library does not write to the bytes; its C interface only lacks the const.
  std::unique_ptr<MHD_Response, FreeResponse> answer(MHD_create_response_from_buffer(
      response.body.size(), const_cast<char*>(response.body.data()), MHD_RESPMEM_MUST_COPY));
  if (!answer) return MHD_NO;
  MHD_add_response_header(answer.get(), MHD_HTTP_HEADER_CONTENT_TYPE, response.content_type.c_str());
  for (const auto& [name, value] : response.headers)
    MHD_add_response_header(answer.get(), name.c_str(), value.c_str());
  return MHD_queue_response(connection, static_cast<unsigned>(response.status), answer.get());
}

MHD_Result collect_query(void* query, MHD_ValueKind, const char* name, const char* value) {
  (*static_cast<std::map<std::string, std::string>*>(query))[name] = value == nullptr ? "" : value;
  return MHD_YES;
}

const char* header(MHD_Connection* connection, const char* name) {
  return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

Request head_of(MHD_Connection* connection, const std::string& target, const char* url, const char* method) {
  Request head;
  head.method = method;
  head.target = target;
  head.path = url;
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, collect_query, &head.query);
  if (const char* length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH))
    head.announced_length = whole_number<std::int64_t>(length, 0).value_or(0);
  if (const char* authorization = header(connection, MHD_HTTP_HEADER_AUTHORIZATION))
    head.authorization = authorization;
  // For a connection of the network the kernel knows no peer; Identify sets it.
  const int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  if (const std::optional<Peer> peer = peer_of(fd)) head.peer = *peer;
  return head;
}

}  // namespace

template <class Work>
void ServerCall::answer_what_it_throws(Work work) {
  try {
    work();
  } catch (...) {
    response_ = error_response(std::current_exception());
    exchange_.reset();
  }
}

void ServerCall::begin(const Identify& identify, const BeginExchange& begin, const char* url,
                       const char* method) {
  stage_ = Stage::body;
  answer_what_it_throws([&] { await_identity(identify, begin, head_of(connection_, target_, url, method)); });
}

void ServerCall::await_identity(const Identify& identify, const BeginExchange& begin, Request head) {
  stage_ = Stage::identity;
  auto proceed = [call = weak_from_this()](auto work) {
    auto still_there = call.lock();
    if (!still_there) return;
    still_there->stage_ = Stage::body;
    still_there->answer_what_it_throws([&] { work(*still_there); });
    still_there->wake();
  };
  identify(std::move(head), {[proceed, begin](Request found) {
                               proceed([&](ServerCall& call) { call.exchange_ = begin(std::move(found)); });
                             },
                             [proceed](const std::exception_ptr& error) {
                               proceed([&](ServerCall&) { std::rethrow_exception(error); });
                             }});
}

bool ServerCall::refused_before_the_body() const {
  return response_ && header(connection_, MHD_HTTP_HEADER_EXPECT) != nullptr;
}

void ServerCall::rest() {
  resting_ = true;
  MHD_suspend_connection(connection_);
}

void ServerCall::wake() {
  if (!resting_) return;
  resting_ = false;
  MHD_resume_connection(connection_);
  resumed_();
}

bool ServerCall::add_body(std::string_view bytes) {
  body_bytes_ += static_cast<std::int64_t>(bytes.size());
  if (!exchange_) return body_bytes_ <= most_dropped_bytes;
  answer_what_it_throws([&] { exchange_->add_body(bytes); });
  return true;
}

MHD_Result ServerCall::answer_or_rest() {
  if (exchange_ && stage_ == Stage::body) finish();
  stage_ = Stage::answer;
  if (response_) {
    answer_bytes_ = static_cast<std::int64_t>(response_->body.size()) + 1;
    return queue(connection_, *response_);
  }
  rest();
  return MHD_YES;
}

void ServerCall::finish() {
  stage_ = Stage::answer;
  Responder responder([call = weak_from_this()](Response response) {
    if (auto still_there = call.lock()) still_there->deliver(std::move(response));
  });
  try {
    exchange_->finish(responder);
  } catch (...) {
    responder.fail(std::current_exception());
  }
}

void ServerCall::deliver(Response response) {
  response_ = std::move(response);
  wake();
}

}  // namespace trainyard
