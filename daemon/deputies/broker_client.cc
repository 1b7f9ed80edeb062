#include "daemon/deputies/broker_client.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/base/passed_fd.h"

namespace trainyard {
namespace {

constexpr std::chrono::milliseconds connect_again{500};

DeputyName name_in(const BrokerReport& report) { return {report.uid, report.kind, report.serial}; }

std::string words_of_end(const BrokerReport& report) {
  if (report.refusal != Refusal::none) return words_of(report.refusal);
  if (report.wait_status <= 0) return "";
  if (WIFSIGNALED(report.wait_status))
    return "the deputy was ended by signal " + std::to_string(WTERMSIG(report.wait_status));
  return "the deputy ended with status " + std::to_string(WEXITSTATUS(report.wait_status));
}

}  // namespace

BrokerClient::BrokerClient(Loop& loop, std::string socket_path)
    : loop_(loop), path_(std::move(socket_path)) {}

void BrokerClient::tell(DeputyNews news) {
  news_ = std::move(news);
  connect();
}

void BrokerClient::connect() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
  UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket || ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return lose(path_ + ": " + std::strerror(errno));
  socket_ = std::move(socket);
  readable_ = loop_.watch_readable(socket_.get(), [this] { receive(); });
}

void BrokerClient::lose(const std::string& why) {
  std::string trouble =
      "the broker that starts deputies does not answer (" + why + "); is trainyard-broker.service running?";
  if (trouble != trouble_) log_warning("event=broker_lost {}", why);
  trouble_ = trouble;
  is_ready_ = false;
  survivors_.clear();
  readable_.stop();
  socket_.reset();
  again_ = loop_.after(connect_again, [this] { connect(); });
}

void BrokerClient::receive() {
  while (socket_) {
    BrokerReport report;
    UniqueFd socket;
    ssize_t got = receive_with_fd(socket_.get(), &report, sizeof report, MSG_DONTWAIT, socket);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got < 0) return lose(std::strerror(errno));
    if (got == 0) return lose("it has closed the connection");
    if (got != sizeof report || report.version != broker_version)
      return lose("it is of another release than the daemon");
    take(report, std::move(socket));
  }
}

void BrokerClient::take(const BrokerReport& report, UniqueFd socket) {
  DeputyName name = name_in(report);
  switch (report.event) {
    case BrokerEvent::started:
      return news_.started(name, std::move(socket));
    case BrokerEvent::refused:
      expected_.erase(name);
      return news_.refused(name, words_of(report.refusal), passes_by_itself(report.refusal));
    case BrokerEvent::reaped:
      expected_.erase(name);
      return news_.reaped(name, words_of_end(report),
                          report.refusal == Refusal::none || passes_by_itself(report.refusal));
    case BrokerEvent::survivor:
      survivors_.insert(name);
      return;
    case BrokerEvent::ready: {
      // Deputies that this daemon expects to run, and that the broker did not report as survivors, are gone.
      std::set<DeputyName> before = std::exchange(expected_, survivors_);
      for (const DeputyName& deputy : std::exchange(survivors_, {})) {
        before.erase(deputy);
        news_.survived(deputy);
      }
      is_ready_ = true;
      trouble_.clear();
      log_info("event=broker_ready survivors={}", expected_.size());
      for (const DeputyName& deputy : before) news_.reaped(deputy, "the broker was restarted", true);
      return;
    }
  }
}

bool BrokerClient::send(BrokerVerb verb, const DeputyName& deputy) {
  if (!socket_) return false;
  BrokerRequest request;
  request.verb = verb;
  request.uid = deputy.uid;
  request.kind = deputy.kind;
  request.serial = deputy.serial;
  if (::send(socket_.get(), &request, sizeof request, MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof request)
    return true;
  lose(std::strerror(errno));
  return false;
}

void BrokerClient::start(const DeputyName& deputy) {
  expected_.insert(deputy);
  if (send(BrokerVerb::start, deputy)) return;
  // Posted to the loop, because `refused` must not be called before start() has returned.
  loop_.post([this, deputy] {
    if (expected_.erase(deputy) > 0) news_.refused(deputy, trouble_, true);
  });
}

// Ignores a failed send: if the connection is broken, the broker kills all deputies; if the broker has died,
// the kernel kills them.
void BrokerClient::kill(const DeputyName& deputy) { send(BrokerVerb::kill, deputy); }

}  // namespace trainyard
