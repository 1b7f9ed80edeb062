#include "daemon/api/server.h"

#include <microhttpd.h>

#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <set>

#include "daemon/api/unix_socket.h"
#include "daemon/base/error.h"
#include "daemon/base/log.h"

namespace trainyard {
namespace {

// A body that nobody wants is read to its end, so that the client reads our answer and not a broken pipe; one
// that goes on beyond this is cut.
constexpr std::int64_t most_dropped_bytes = std::int64_t{1} << 30;

struct FreeResponse {
  void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};

MHD_Result queue(MHD_Connection* connection, const Response& response) {
  // MUST_COPY does not write to the bytes; the C interface is older than const.
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
  if (const char* length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH)) {
    std::int64_t bytes = 0;
    std::from_chars(length, length + std::string_view(length).size(), bytes);
    head.announced_length = bytes;
  }
  if (const char* authorization = header(connection, MHD_HTTP_HEADER_AUTHORIZATION))
    head.authorization = authorization;
  return head;
}

// Nothing for a socket of the network.
std::optional<Peer> peer_by_kernel(MHD_Connection* connection) {
  return peer_of(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
}

void log_from_library(void*, const char* format, va_list arguments) {
  char line[512];
  std::vsnprintf(line, sizeof line, format, arguments);
  std::string_view text(line);
  log_debug("event=http message=\"{}\"", text.substr(0, text.find('\n')));
}

// One request of a connection, from its first line to its answer.
class Call : public std::enable_shared_from_this<Call> {
 public:
  Call(MHD_Connection* connection, std::string target, std::function<void()> resumed)
      : connection_(connection), target_(std::move(target)), resumed_(std::move(resumed)) {}

  bool has_begun() const { return begun_; }

  // The head is complete.
  void begin(const Identify& identify, const BeginExchange& begin, const char* url, const char* method) {
    begun_ = true;
    answer_what_it_throws([&] {
      Request head = head_of(connection_, target_, url, method);
      if (const std::optional<Peer> peer = peer_by_kernel(connection_)) head.peer = *peer;
      await_identity(identify, begin, std::move(head));
    });
  }

  // The client waits for leave to send its body: no need to read one that is refused already.
  bool refused_before_the_body() const {
    return response_ && header(connection_, MHD_HTTP_HEADER_EXPECT) != nullptr;
  }

  // What comes now is to come once more, after wake().
  bool awaits_identity() const { return awaits_identity_; }
  void rest() {
    resting_ = true;
    MHD_suspend_connection(connection_);
  }

  // False when the connection is better cut.
  bool add_body(std::string_view bytes) {
    if (exchange_) {
      answer_what_it_throws([&] { exchange_->add_body(bytes); });
      return true;
    }
    dropped_bytes_ += static_cast<std::int64_t>(bytes.size());
    return dropped_bytes_ <= most_dropped_bytes;
  }

  // The body is complete, or the answer has come.
  MHD_Result answer_or_rest() {
    if (exchange_ && !finished_) finish();
    if (response_) return queue(connection_, *response_);
    rest();
    return MHD_YES;
  }

  void wake() {
    if (!resting_) return;
    resting_ = false;
    MHD_resume_connection(connection_);
    resumed_();
  }

 private:
  void await_identity(const Identify& identify, const BeginExchange& begin, Request head) {
    awaits_identity_ = true;
    auto proceed = [call = weak_from_this()](auto work) {
      auto still_there = call.lock();
      if (!still_there) return;
      still_there->awaits_identity_ = false;
      still_there->answer_what_it_throws([&] { work(*still_there); });
      still_there->wake();
    };
    identify(std::move(head), {[proceed, begin](Request found) {
                                 proceed([&](Call& call) { call.exchange_ = begin(std::move(found)); });
                               },
                               [proceed](const std::exception_ptr& error) {
                                 proceed([&](Call&) { std::rethrow_exception(error); });
                               }});
  }

  void finish() {
    finished_ = true;
    Responder responder([call = weak_from_this()](Response response) {
      if (auto still_there = call.lock()) still_there->deliver(std::move(response));
    });
    try {
      exchange_->finish(responder);
    } catch (...) {
      responder.fail(std::current_exception());
    }
  }

  void deliver(Response response) {
    response_ = std::move(response);
    wake();
  }

  template <class Work>
  void answer_what_it_throws(Work work) {
    try {
      work();
    } catch (...) {
      response_ = error_response(std::current_exception());
      exchange_.reset();
    }
  }

  MHD_Connection* connection_;
  std::string target_;
  std::function<void()> resumed_;
  std::unique_ptr<Exchange> exchange_;
  std::optional<Response> response_;
  std::int64_t dropped_bytes_ = 0;
  bool begun_ = false;
  bool awaits_identity_ = false;
  bool finished_ = false;
  bool resting_ = false;
};

}  // namespace

struct Server::State {
  State(Loop& its_loop, UniqueFd listening, Identify its_identify, BeginExchange its_begin,
        const ServerSettings& settings);
  ~State();

  void run();
  void run_again_after(std::chrono::milliseconds delay);
  static void* meet(void* state, const char* target, MHD_Connection* connection);
  static MHD_Result handle(void* state, MHD_Connection* connection, const char* url, const char* method,
                           const char* version, const char* data, std::size_t* size, void** call);
  static void completed(void* state, MHD_Connection* connection, void** call, MHD_RequestTerminationCode how);

  Loop& loop;
  Identify identify;
  BeginExchange begin;
  std::set<std::shared_ptr<Call>> calls;
  MHD_Daemon* daemon = nullptr;
  bool resumed = false;  // since the last run began
  Loop::Watch readable, due;
};

Server::State::State(Loop& its_loop, UniqueFd listening, Identify its_identify, BeginExchange its_begin,
                     const ServerSettings& settings)
    : loop(its_loop), identify(std::move(its_identify)), begin(std::move(its_begin)) {
  daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, nullptr, nullptr,
                            &State::handle, this,                                    //
                            MHD_OPTION_EXTERNAL_LOGGER, &log_from_library, nullptr,  //
                            MHD_OPTION_LISTEN_SOCKET, listening.get(),               //
                            MHD_OPTION_URI_LOG_CALLBACK, &State::meet, this,         //
                            MHD_OPTION_NOTIFY_COMPLETED, &State::completed, this,    //
                            MHD_OPTION_CONNECTION_LIMIT, settings.max_connections,   //
                            MHD_OPTION_CONNECTION_TIMEOUT, settings.idle_seconds,    //
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings.max_head_bytes, MHD_OPTION_END);
  if (daemon == nullptr) throw Error(ErrorKind::internal, "the HTTP server cannot be started");
  listening.release();  // now the library's
  const MHD_DaemonInfo* info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
  readable = loop.watch_readable(info->epoll_fd, [this] { run(); });
}

Server::State::~State() {
  readable.stop();
  // The library panics when it is stopped while connections rest.
  for (const auto& call : calls) call->wake();
  due.stop();
  MHD_stop_daemon(daemon);
}

// Its sockets and its time-outs lead here; so does a resumed connection, of which it says nothing by itself.
void Server::State::run() {
  due.stop();
  resumed = false;
  MHD_run(daemon);
  MHD_UNSIGNED_LONG_LONG delay_ms = 0;
  if (resumed || MHD_get_timeout(daemon, &delay_ms) == MHD_YES)
    run_again_after(std::chrono::milliseconds(delay_ms));
}

void Server::State::run_again_after(std::chrono::milliseconds delay) {
  due = loop.after(delay, [this] { run(); });
}

// The first line is there, and still as it came; what is returned is handed to every later call.
void* Server::State::meet(void* state, const char* target, MHD_Connection* connection) {
  auto* self = static_cast<State*>(state);
  auto met = std::make_shared<Call>(connection, target, [self] {
    self->resumed = true;
    self->run_again_after(std::chrono::milliseconds(0));
  });
  self->calls.insert(met);
  return met.get();
}

MHD_Result Server::State::handle(void* state, MHD_Connection*, const char* url, const char* method,
                                 const char*, const char* data, std::size_t* size, void** call) {
  auto* self = static_cast<State*>(state);
  auto* known = static_cast<Call*>(*call);
  if (!known->has_begun()) {
    known->begin(self->identify, self->begin, url, method);
    return known->refused_before_the_body() ? known->answer_or_rest() : MHD_YES;
  }
  if (known->awaits_identity()) {
    known->rest();
    return MHD_YES;
  }
  if (*size == 0) return known->answer_or_rest();
  bool go_on = known->add_body({data, *size});
  *size = 0;
  return go_on ? MHD_YES : MHD_NO;
}

void Server::State::completed(void* state, MHD_Connection*, void** call, MHD_RequestTerminationCode) {
  if (*call == nullptr) return;
  static_cast<State*>(state)->calls.erase(static_cast<Call*>(*call)->shared_from_this());
  *call = nullptr;
}

Server::Server(Loop& loop, UniqueFd listening, Identify identify, BeginExchange begin,
               ServerSettings settings)
    : state_(std::make_unique<State>(loop, std::move(listening), std::move(identify), std::move(begin),
                                     settings)) {}

Server::~Server() = default;

}  // namespace trainyard
