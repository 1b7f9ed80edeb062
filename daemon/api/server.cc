#include "daemon/api/server.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "daemon/api/server_call.h"
#include "daemon/api/unix_socket.h"
#include "daemon/base/error.h"
#include "daemon/base/log.h"

namespace trainyard {
namespace {

using Clock = Places::Clock;
using std::chrono::milliseconds;

constexpr int most_accepted_at_once = 64;  // then the loop does other work before it accepts more
constexpr milliseconds pause_without_descriptors{100};
constexpr milliseconds look_for_a_place_every{100};

void log_from_library(void*, const char* format, va_list arguments) {
  char line[512];
  std::vsnprintf(line, sizeof line, format, arguments);
  std::string_view text(line);
  log_debug("event=http message=\"{}\"", text.substr(0, text.find('\n')));
}

// Returns the party of a host of the network. All addresses of an IPv6 /64 are one party, because a host can
// choose any of them.
std::string host_of(const sockaddr_storage& address) {
  std::string bytes;
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    bytes.assign(reinterpret_cast<const char*>(&v4.sin_addr), sizeof v4.sin_addr);
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    const bool is_v4 = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
    bytes.assign(reinterpret_cast<const char*>(&v6.sin6_addr) + (is_v4 ? 12 : 0), is_v4 ? 4 : 8);
  }
  return "host " + bytes;
}

// An accepted connection that has no place yet. It can also be turned away.
struct Newcomer {
  UniqueFd fd;
  Places::Party party;
  sockaddr_storage address{};
  socklen_t address_size = 0;
  Clock::time_point since;
};

// Writes the answer 503 to the socket without the HTTP library, in which the connection would take a place.
void turn_away(const Newcomer& newcomer) {
  const Response response = error_response(std::make_exception_ptr(
      Error(ErrorKind::unavailable,
            "too many connections are open, of yours or of all; close some, or try again later")));
  const std::string text =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: " + response.content_type +
      "\r\nConnection: close\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" +
      response.body;
  [[maybe_unused]] ssize_t sent =
      ::send(newcomer.fd.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// A connection that has a place.
struct Line {
  int fd = -1;
  Clock::time_point began;                                // of head, body, answer or idle time
  Clock::time_point deadline = Clock::time_point::max();  // of that activity
  bool closing = false;
};

}  // namespace

struct Server::State {
  State(Loop& its_loop, UniqueFd its_listening, Identify its_identify, BeginExchange its_begin,
        ServerSettings its_settings);
  ~State();

  // Accept connections and give them places.
  void accept_ready();
  void stop_accepting_for(milliseconds pause);
  Places::Party party_of(const Newcomer& newcomer) const;
  bool give_place(Newcomer& newcomer);
  void give_places();

  // Run the HTTP library, and close connections that take too long.
  void run();
  void run_again_after(milliseconds delay);
  void close(Line& line);
  void close_overdue();
  Clock::time_point next_deadline() const;
  void waits_for_client(Line& line, Clock::time_point began, Clock::time_point deadline);
  void note_progress(Line& line, const ServerCall& call);
  milliseconds time_for(std::int64_t bytes) const;

  // Callbacks of the HTTP library.
  Line& line_of(MHD_Connection* connection);
  static void connected(void* state, MHD_Connection* connection, void** context,
                        MHD_ConnectionNotificationCode what);
  static void* meet(void* state, const char* target, MHD_Connection* connection);
  static MHD_Result handle(void* state, MHD_Connection* connection, const char* url, const char* method,
                           const char* version, const char* data, std::size_t* size, void** call);
  static void completed(void* state, MHD_Connection* connection, void** call, MHD_RequestTerminationCode how);

  MHD_Result handle_call(ServerCall& call, const char* url, const char* method, const char* data,
                         std::size_t* size) const;

  Loop& loop;
  UniqueFd listening;
  Identify identify;
  BeginExchange begin;
  ServerSettings settings;
  Places places;
  std::deque<Newcomer> waiting;  // connections that wait for a place
  std::map<int, Line> lines;     // by descriptor
  std::set<std::shared_ptr<ServerCall>> calls;
  MHD_Daemon* daemon = nullptr;
  bool resumed = false;  // whether a connection was resumed since the last run() began
  Loop::Watch readable, due, acceptable, accept_again;
};

Server::State::State(Loop& its_loop, UniqueFd its_listening, Identify its_identify, BeginExchange its_begin,
                     ServerSettings its_settings)
    : loop(its_loop),
      listening(std::move(its_listening)),
      identify(std::move(its_identify)),
      begin(std::move(its_begin)),
      settings(std::move(its_settings)),
      places(settings.places) {
  // The library's limit of connections is higher than the server's, because the library still counts
  // connections that the server has shut down, until it has closed them.
  const auto most = static_cast<unsigned>(settings.places.total + settings.places.reserved) + 1000;
  daemon = MHD_start_daemon(
      MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, nullptr,
      nullptr, &State::handle, this,                           //
      MHD_OPTION_EXTERNAL_LOGGER, &log_from_library, nullptr,  //
      MHD_OPTION_NOTIFY_CONNECTION, &State::connected, this,   //
      MHD_OPTION_URI_LOG_CALLBACK, &State::meet, this,         //
      MHD_OPTION_NOTIFY_COMPLETED, &State::completed, this,    //
      MHD_OPTION_CONNECTION_LIMIT, most,                       //
      MHD_OPTION_CONNECTION_TIMEOUT, settings.idle_seconds,    //
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings.max_head_bytes, MHD_OPTION_END);
  if (daemon == nullptr) throw Error(ErrorKind::internal, "the HTTP server cannot be started");
  const MHD_DaemonInfo* info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
  readable = loop.watch_readable(info->epoll_fd, [this] { run(); });
  acceptable = loop.watch_readable(listening.get(), [this] { accept_ready(); });
}

Server::State::~State() {
  acceptable.stop();
  readable.stop();
  // The library panics when it is stopped while connections are suspended.
  for (const auto& call : calls) call->wake();
  due.stop();
  MHD_stop_daemon(daemon);
}

// ---- accepting

void Server::State::accept_ready() {
  for (int accepted = 0; accepted < most_accepted_at_once; ++accepted) {
    Newcomer newcomer;
    newcomer.address_size = sizeof newcomer.address;
    newcomer.fd = UniqueFd(::accept4(listening.get(), reinterpret_cast<sockaddr*>(&newcomer.address),
                                     &newcomer.address_size, SOCK_CLOEXEC | SOCK_NONBLOCK));
    const int error = errno;
    if (!newcomer.fd && (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM))
      return stop_accepting_for(pause_without_descriptors);
    if (!newcomer.fd && error == EAGAIN) break;
    if (!newcomer.fd) continue;  // the client has hung up already
    newcomer.since = Clock::now();
    newcomer.party = party_of(newcomer);
    if (give_place(newcomer)) continue;
    if (waiting.size() < settings.max_waiting)
      waiting.push_back(std::move(newcomer));
    else
      turn_away(newcomer);
  }
  run();
}

// Stops accepting for a while. The kernel reports the listening socket as readable all the time, but without
// descriptors no connection can be accepted now.
void Server::State::stop_accepting_for(milliseconds pause) {
  log_warning("event=no_descriptors no connection can be accepted: too many files are open");
  acceptable.stop();
  accept_again = loop.after(
      pause, [this] { acceptable = loop.watch_readable(listening.get(), [this] { accept_ready(); }); });
}

Places::Party Server::State::party_of(const Newcomer& newcomer) const {
  const std::optional<Peer> peer = peer_of(newcomer.fd.get());
  if (!peer) return {host_of(newcomer.address), false};
  switch (settings.standing ? settings.standing(peer->uid) : Standing::known) {
    case Standing::stranger:
      return {"strangers", false};
    case Standing::known:
      break;
    case Standing::privileged:
      return {"uid " + std::to_string(peer->uid), true};
  }
  return {"uid " + std::to_string(peer->uid), false};
}

bool Server::State::give_place(Newcomer& newcomer) {
  const Clock::time_point now = Clock::now();
  const Places::Offer offer = places.offer(newcomer.party, now);
  if (!offer.granted) return false;
  if (offer.closes) close(lines.at(*offer.closes));
  const int fd = newcomer.fd.release();  // now owned by the library, which closes it even if it refuses it
  lines[fd].fd = fd;
  places.take(fd, newcomer.party, now);
  waits_for_client(lines[fd], now, now + settings.head_time);
  if (MHD_add_connection(daemon, fd, reinterpret_cast<sockaddr*>(&newcomer.address), newcomer.address_size) ==
      MHD_YES)
    return true;
  places.leave(fd);
  lines.erase(fd);
  return true;
}

// Gives places to the waiting connections, in the order in which they came. Turns away a connection that has
// waited for `head_time`.
void Server::State::give_places() {
  const Clock::time_point now = Clock::now();
  std::erase_if(waiting, [&](Newcomer& newcomer) {
    if (give_place(newcomer)) return true;
    if (now < newcomer.since + settings.head_time) return false;
    turn_away(newcomer);
    return true;
  });
}

// ---- time

// Lets the HTTP library read, write and call back, after closing the connections past their deadline; then
// gives free places to waiting connections. The loop calls run() when a socket of the library is ready or a
// time-out has passed. run() must also be called after a connection was resumed, because the library does not
// signal that.
void Server::State::run() {
  due.stop();
  resumed = false;
  close_overdue();
  MHD_run(daemon);
  give_places();
  MHD_UNSIGNED_LONG_LONG library_ms = 0;
  if (resumed) return run_again_after(milliseconds(0));
  const auto now = Clock::now();
  Clock::time_point next = next_deadline();
  if (MHD_get_timeout(daemon, &library_ms) == MHD_YES) next = std::min(next, now + milliseconds(library_ms));
  if (!waiting.empty()) next = std::min(next, now + look_for_a_place_every);
  if (next == Clock::time_point::max()) return;
  run_again_after(std::max(milliseconds(0), std::chrono::ceil<milliseconds>(next - now)));
}

void Server::State::run_again_after(milliseconds delay) {
  due = loop.after(delay, [this] { run(); });
}

// Shuts the connection down and frees its place. The library then sees that the connection has ended, and
// closes it.
void Server::State::close(Line& line) {
  line.closing = true;
  line.deadline = Clock::time_point::max();
  places.leave(line.fd);
  ::shutdown(line.fd, SHUT_RDWR);
}

void Server::State::close_overdue() {
  const Clock::time_point now = Clock::now();
  for (auto& [fd, line] : lines)
    if (line.deadline <= now) close(line);
}

Clock::time_point Server::State::next_deadline() const {
  Clock::time_point next = Clock::time_point::max();
  for (const auto& [fd, line] : lines) next = std::min(next, line.deadline);
  return next;
}

void Server::State::waits_for_client(Line& line, Clock::time_point began, Clock::time_point deadline) {
  if (line.closing) return;
  line.began = began;
  line.deadline = deadline;
  places.waits_for_client(line.fd, began);
}

milliseconds Server::State::time_for(std::int64_t bytes) const {
  return settings.transfer_time + milliseconds(bytes * 1000 / settings.least_bytes_per_second);
}

// Called after each callback of the library: notes whether the connection now waits for its client or for the
// daemon, and the deadline for the client.
void Server::State::note_progress(Line& line, const ServerCall& call) {
  if (line.closing) return;
  if (call.reads_body()) return waits_for_client(line, line.began, line.began + time_for(call.body_bytes()));
  const Clock::time_point now = Clock::now();
  if (call.answer_bytes() > 0) return waits_for_client(line, now, now + time_for(call.answer_bytes()));
  line.began = now;
  line.deadline = Clock::time_point::max();
  places.waits_for_us(line.fd);
}

// ---- callbacks of the library

Line& Server::State::line_of(MHD_Connection* connection) {
  return *static_cast<Line*>(
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context);
}

void Server::State::connected(void* state, MHD_Connection* connection, void** context,
                              MHD_ConnectionNotificationCode what) {
  auto* self = static_cast<State*>(state);
  const int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    *context = &self->lines[fd];
    return;
  }
  self->places.leave(fd);
  self->lines.erase(fd);
}

// Makes the ServerCall of a new request. The library calls this when it has read the first line of the
// request, with the `target` not decoded, and passes the returned ServerCall to every later callback of the
// request.
void* Server::State::meet(void* state, const char* target, MHD_Connection* connection) {
  auto* self = static_cast<State*>(state);
  auto met = std::make_shared<ServerCall>(connection, target, [self] {
    self->resumed = true;
    self->run_again_after(milliseconds(0));
  });
  self->calls.insert(met);
  Line& line = self->line_of(connection);
  self->waits_for_client(line, line.began, std::min(line.deadline, Clock::now() + self->settings.head_time));
  return met.get();
}

MHD_Result Server::State::handle(void* state, MHD_Connection* connection, const char* url, const char* method,
                                 const char*, const char* data, std::size_t* size, void** call) {
  auto* self = static_cast<State*>(state);
  auto& known = *static_cast<ServerCall*>(*call);
  Line& line = self->line_of(connection);
  if (!known.has_begun()) line.began = Clock::now();
  const MHD_Result result = self->handle_call(known, url, method, data, size);
  self->note_progress(line, known);
  return result;
}

MHD_Result Server::State::handle_call(ServerCall& call, const char* url, const char* method, const char* data,
                                      std::size_t* size) const {
  if (!call.has_begun()) {
    call.begin(identify, begin, url, method);
    return call.refused_before_the_body() ? call.answer_or_rest() : MHD_YES;
  }
  if (call.awaits_identity()) {
    call.rest();
    return MHD_YES;
  }
  if (*size == 0) return call.answer_or_rest();
  const bool go_on = call.add_body({data, *size});
  *size = 0;
  return go_on ? MHD_YES : MHD_NO;
}

void Server::State::completed(void* state, MHD_Connection* connection, void** call,
                              MHD_RequestTerminationCode) {
  auto* self = static_cast<State*>(state);
  if (*call == nullptr) return;
  self->calls.erase(static_cast<ServerCall*>(*call)->shared_from_this());
  *call = nullptr;
  const Clock::time_point now = Clock::now();
  self->waits_for_client(self->line_of(connection), now,
                         now + std::chrono::seconds(self->settings.idle_seconds));
}

Server::Server(Loop& loop, UniqueFd listening, Identify identify, BeginExchange begin,
               ServerSettings settings)
    : state_(std::make_unique<State>(loop, std::move(listening), std::move(identify), std::move(begin),
                                     std::move(settings))) {}

Server::~Server() = default;

}  // namespace trainyard
