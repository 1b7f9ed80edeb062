#include "daemon/broker/broker.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace trainyard {
namespace {

constexpr rlim_t spare_descriptors = 64;
constexpr int look_again_ms = 1000;

[[noreturn]] void fail(const char* doing, int error = errno) {
  std::fprintf(stderr, "<3>%s: %s\n", doing, std::strerror(error));
  std::exit(1);
}

// Sets the limit of open files to what the broker needs for its deputies: one pidfd for each process, and one
// socket for each `started` report that is not sent yet.
void make_room_for(unsigned most_deputies) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = 2 * rlim_t{most_deputies} + spare_descriptors;
  if (::setrlimit(RLIMIT_NOFILE, &files) != 0) fail("more open files for --most-deputies (LimitNOFILE)");
}

UniqueFd listen_at(const std::string& path) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (path.size() >= sizeof address.sun_path) fail(path.c_str(), ENAMETOOLONG);
  path.copy(address.sun_path, path.size());
  UniqueFd listener(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ::unlink(path.c_str());
  mode_t before = ::umask(0117);
  if (!listener || ::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener.get(), 8) != 0)
    fail(path.c_str());
  ::umask(before);
  return listener;
}

void log_refusal(std::uint32_t uid, Refusal refusal) {
  std::fprintf(stderr, "<5>refused: uid %u, reason %u\n", uid, static_cast<unsigned>(refusal));
}

bool is_of(int socket, uid_t uid) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == uid;
}

// Sends a report to the daemon, with the descriptor `attached` unless it is -1. Returns true if the report
// was sent. Otherwise errno is EAGAIN if the socket is full, or says why the connection broke.
bool send_record(int connection, const BrokerReport& report, int attached) {
  iovec bytes{.iov_base = const_cast<BrokerReport*>(&report), .iov_len = sizeof report};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof attached)] = {};
  if (attached >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    *header = {.cmsg_len = CMSG_LEN(sizeof attached), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    std::memcpy(CMSG_DATA(header), &attached, sizeof attached);
  }
  return ::sendmsg(connection, &message, MSG_NOSIGNAL) == sizeof report;
}

}  // namespace

Broker::Broker(BrokerOptions options) : options_(std::move(options)) {
  make_room_for(options_.most_deputies);
  processes_ = find_survivors(options_.deputy.path);
  listener_ = listen_at(options_.socket);
}

void Broker::serve() {
  while (true) serve_events();
}

void Broker::serve_events() {
  // Reads no request of the daemon while reports to the daemon are unsent, so that their number is bounded.
  short wanted = outgoing_.empty() ? POLLIN : POLLOUT;
  std::vector<pollfd> polled{{listener_.get(), POLLIN, 0}, {daemon_.get(), wanted, 0}};  // poll() skips -1
  int timeout_ms = -1;
  for (const DeputyProcess& process : processes_) {
    polled.push_back({process.held_by_tracer ? -1 : process.pidfd.get(), POLLIN, 0});
    if (process.held_by_tracer) timeout_ms = look_again_ms;
  }
  if (::poll(polled.data(), polled.size(), timeout_ms) < 0 && errno != EINTR) fail("poll");

  std::vector<bool> ended;
  for (std::size_t i = 0; i < processes_.size(); ++i)
    ended.push_back(polled[i + 2].revents != 0 || processes_[i].held_by_tracer);
  reap(ended);
  if (polled[1].revents != 0 && wanted == POLLIN) receive_request();
  send_reports();
  if (polled[0].revents != 0) accept_daemon();
}

// ---- the connection

void Broker::accept_daemon() {
  UniqueFd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!connection || !is_of(connection.get(), options_.daemon_uid)) return;
  drop_daemon();
  daemon_ = std::move(connection);
  greet_daemon();
}

// Closes the daemon's connection and kills all deputies, because only this daemon could use them.
void Broker::drop_daemon() {
  daemon_.reset();
  outgoing_.clear();
  kill_all();
}

void Broker::greet_daemon() {
  for (const DeputyProcess& process : processes_) report(BrokerEvent::survivor, process);
  report(BrokerEvent::ready, {});
}

void Broker::receive_request() {
  BrokerRequest request;
  // With MSG_TRUNC, recv() returns the size of the whole message. The kernel closes descriptors that came
  // with the message.
  ssize_t size = ::recv(daemon_.get(), &request, sizeof request, MSG_TRUNC);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) return drop_daemon();
  if (size != sizeof request) return refuse({}, Refusal::bad_request);
  answer(request);
}

void Broker::send_reports() {
  while (daemon_ && !outgoing_.empty()) {
    if (!send_record(daemon_.get(), outgoing_.front().report, outgoing_.front().socket.get())) {
      if (errno != EAGAIN && errno != EINTR) drop_daemon();
      return;
    }
    outgoing_.pop_front();
  }
}

void Broker::report(BrokerEvent event, const DeputyProcess& process, int wait_status) {
  Refusal refusal =
      event == BrokerEvent::reaped && process.is_child ? refusal_in(wait_status) : Refusal::none;
  if (refusal != Refusal::none) log_refusal(process.uid, refusal);
  if (!daemon_) return;
  outgoing_.push_back({{.event = event,
                        .uid = process.uid,
                        .kind = process.kind,
                        .serial = process.serial,
                        .wait_status = wait_status,
                        .refusal = refusal},
                       {}});
}

void Broker::refuse(const BrokerRequest& request, Refusal refusal) {
  log_refusal(request.uid, refusal);
  outgoing_.push_back({{.event = BrokerEvent::refused,
                        .uid = request.uid,
                        .kind = request.kind,
                        .serial = request.serial,
                        .refusal = refusal},
                       {}});
}

// ---- requests

void Broker::answer(const BrokerRequest& request) {
  if (request.version != broker_version) return refuse(request, Refusal::wrong_version);
  if (name_of(request.kind) == nullptr) return refuse(request, Refusal::bad_request);
  switch (request.verb) {
    case BrokerVerb::start:
      return start(request);
    case BrokerVerb::kill:
      return kill(request);
  }
  refuse(request, Refusal::bad_request);
}

Refusal Broker::why_not(const BrokerRequest& request) const {
  if (request.serial == 0) return Refusal::bad_request;
  if (Refusal refusal = judge_uid(options_.deputy.rules, request.uid); refusal != Refusal::none)
    return refusal;
  if (std::any_of(processes_.begin(), processes_.end(), [&](const DeputyProcess& process) {
        return process.uid == request.uid && process.kind == request.kind;
      }))
    return Refusal::still_there;
  return processes_.size() < options_.most_deputies ? Refusal::none : Refusal::too_many;
}

void Broker::start(const BrokerRequest& request) {
  if (Refusal refusal = why_not(request); refusal != Refusal::none) return refuse(request, refusal);
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return refuse(request, Refusal::fork_failed);
  UniqueFd of_daemon(ends[0]), of_deputy(ends[1]);
  pid_t self = ::getpid(), pid = ::fork();
  if (pid == 0) become_deputy(options_.deputy, request.uid, request.kind, of_deputy.get(), self);
  if (pid < 0) return refuse(request, Refusal::fork_failed);
  // The pid is the child's and not a later process's, because the broker has not waited for the child.
  UniqueFd pidfd = open_pidfd(pid);
  if (!pidfd) fail("pidfd_open");
  std::fprintf(stderr, "<6>started: uid %u, %s, pid %d\n", request.uid, name_of(request.kind), pid);
  processes_.push_back({.pid = pid,
                        .pidfd = std::move(pidfd),
                        .uid = request.uid,
                        .kind = request.kind,
                        .serial = request.serial});
  report(BrokerEvent::started, processes_.back());
  outgoing_.back().socket = std::move(of_daemon);
}

void Broker::kill(const BrokerRequest& request) {
  for (const DeputyProcess& process : processes_)
    if (process.uid == request.uid && process.kind == request.kind && process.serial == request.serial)
      kill_process(process);
}

// ---- processes

void Broker::kill_all() const {
  for (const DeputyProcess& process : processes_) kill_process(process);
}

// Reaps the processes that have ended: ended[i] is true if processes_[i] has ended.
void Broker::reap(const std::vector<bool>& ended) {
  std::vector<DeputyProcess> left;
  for (std::size_t i = 0; i < processes_.size(); ++i)
    if (!ended[i] || !reap(processes_[i])) left.push_back(std::move(processes_[i]));
  processes_ = std::move(left);
}

// Reaps a process that has ended. Returns false if a tracer still holds the process, so that it cannot be
// waited for.
bool Broker::reap(DeputyProcess& process) {
  int status = -1;
  process.held_by_tracer = process.is_child && ::waitpid(process.pid, &status, WNOHANG) == 0;
  if (!process.held_by_tracer) report(BrokerEvent::reaped, process, status);
  return !process.held_by_tracer;
}

}  // namespace trainyard
