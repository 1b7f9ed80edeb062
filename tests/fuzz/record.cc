// Fuzz target: any bytes as messages to a broker. Its rules refuse every user, so that it starts no process.
// Each `start` must be answered by a refusal; a `kill` has no answer, because there is no such deputy.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "daemon/broker/broker.h"

namespace trainyard {
namespace {

[[noreturn]] void fail(const char* why) {
  std::fputs(why, stderr);
  std::abort();
}

bool has_something(int fd) {
  pollfd polled{fd, POLLIN, 0};
  return ::poll(&polled, 1, 0) == 1;
}

class FuzzedBroker {
 public:
  FuzzedBroker() : broker_(options()) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(daemon_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
    ::unlink(path().c_str());
    broker_.serve_events();
    while (!has_something(daemon_.get())) broker_.serve_events();
    if (receive().event != BrokerEvent::ready) fail("not ready");
  }

  // Sends one message, lets the broker serve it, and fails unless each report is a refusal.
  void take(const std::uint8_t* bytes, std::size_t size) {
    if (::send(daemon_.get(), bytes, size, MSG_NOSIGNAL) < 0) fail("the broker has closed the connection");
    broker_.serve_events();
    while (has_something(daemon_.get())) {
      BrokerReport report = receive();
      if (report.event != BrokerEvent::refused || report.refusal == Refusal::none) fail("not a refusal");
    }
  }

 private:
  static const std::string& path() {
    static const std::string path = "/tmp/trainyard-fuzz-" + std::to_string(::getpid());
    return path;
  }
  static BrokerOptions options() {
    BrokerOptions options;
    options.socket = path();
    options.daemon_uid = ::getuid();
    options.deputy.path = "/nonexistent";
    options.deputy.rules.least_uid = static_cast<uid_t>(-1);
    options.most_deputies = 1;
    return options;
  }
  BrokerReport receive() const {
    BrokerReport report;
    if (::recv(daemon_.get(), &report, sizeof report, 0) != sizeof report) fail("no whole report");
    return report;
  }

  UniqueFd daemon_{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
  Broker broker_;
};

}  // namespace
}  // namespace trainyard

// The input is pieces of 25 bytes, a message each: the first byte decides on the message's size, which is
// mostly that of a BrokerRequest; 24 bytes are the message's beginning; the rest is zeros.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static trainyard::FuzzedBroker broker;
  constexpr std::size_t piece = 25, record = sizeof(trainyard::BrokerRequest);
  for (; size >= piece; bytes += piece, size -= piece) {
    std::uint8_t message[256] = {};
    std::memcpy(message, bytes + 1, piece - 1);
    broker.take(message, bytes[0] < 200 ? record : 1 + bytes[0] % (2 * record));
  }
  return 0;
}
