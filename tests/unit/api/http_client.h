// HttpClient: a simple HTTP client over a Unix socket or another connected socket. Blocking; a receive that
// takes longer than ten seconds fails.
#pragma once
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "daemon/base/fd.h"
#include "daemon/base/json.h"

namespace trainyard::testing {

struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  // as the server writes them
  std::string body;
  Json json() const { return parse_json(body, "the reply"); }
};

class HttpClient {
 public:
  explicit HttpClient(UniqueFd connected) : fd_(std::move(connected)) { wait_ten_seconds_at_most(); }
  explicit HttpClient(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    wait_ten_seconds_at_most();
    if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("connect " + path + ": " + std::strerror(errno));
  }

  Reply call(const std::string& method, const std::string& target, const std::string& body = "") {
    send(method, target, body);
    return receive(method == "HEAD");
  }

  void send(const std::string& method, const std::string& target, const std::string& body = "") {
    send_bytes(method + " " + target + " HTTP/1.1\r\nHost: trainyard\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  void send_bytes(const std::string& bytes) { write_all(fd_.get(), bytes); }
  void hang_up() { fd_.reset(); }

  // Returns true if the server ends the connection within that time. Reads nothing.
  bool is_hung_up_on(std::chrono::milliseconds within) const {
    pollfd watched{fd_.get(), POLLRDHUP, 0};
    return ::poll(&watched, 1, static_cast<int>(within.count())) == 1;
  }

  Reply receive(bool without_body = false) {
    Reply reply = parse_head(take_until("\r\n\r\n"));
    if (!without_body) reply.body = take(std::stoul(reply.headers["Content-Length"]));
    return reply;
  }

 private:
  static Reply parse_head(const std::string& head) {
    Reply reply;
    reply.status = std::stoi(head.substr(head.find(' ') + 1, 3));
    for (std::size_t at = head.find("\r\n"); at + 2 < head.size();) {
      std::size_t end = head.find("\r\n", at + 2);
      std::string line = head.substr(at + 2, end - at - 2);
      if (std::size_t colon = line.find(": "); colon != std::string::npos)
        reply.headers[line.substr(0, colon)] = line.substr(colon + 2);
      at = end;
    }
    return reply;
  }

  void wait_ten_seconds_at_most() {
    timeval limit{10, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }

  void receive_more() {
    char buffer[1 << 16];
    ssize_t got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (got <= 0) throw std::runtime_error("the server closed the connection, or said nothing for 10 s");
    received_.append(buffer, static_cast<std::size_t>(got));
  }

  std::string take(std::size_t size) {
    while (received_.size() < size) receive_more();
    std::string taken = received_.substr(0, size);
    received_.erase(0, size);
    return taken;
  }

  std::string take_until(const std::string& mark) {
    while (received_.find(mark) == std::string::npos) receive_more();
    return take(received_.find(mark) + mark.size());
  }

  UniqueFd fd_;
  std::string received_;
};

}  // namespace trainyard::testing
