// libFuzzer: any bytes as messages to a broker. Its rules let nobody in, so no process is started, and each
// message has one answer: a refusal, or none to a kill of what is not there.
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

  // Sends one message and has it served.
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

// Pieces of 25 bytes: how long the message is, mostly as long as a record, and its first fields; the rest is
// zeros.
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
