// FaultProxy: fault_proxy.py, as long as the object lives. meson.build defines FAULT_PROXY, its path.
#pragma once
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/base/fd.h"

namespace trainyard::testing {

class FaultProxy {
 public:
  // `upstream`: host and port of the store; `share`: of the requests, 0 to 1, that have a fault; `log`: gets
  // a line for each GET and PUT, "" for none.
  FaultProxy(const std::string& upstream, unsigned seed, double share, const std::string& log = "") {
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) throw_errno("pipe");
    std::vector<std::string> words{"python3", FAULT_PROXY, upstream, std::to_string(seed),
                                   std::to_string(share)};
    if (!log.empty()) words.push_back(log);
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      ::execvp("python3", pointers.data());
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    commands_ = UniqueFd(in[1]);
    answers_ = UniqueFd(out[0]);
    endpoint_ = "http://127.0.0.1:" + read_line(std::chrono::seconds(20));
  }
  ~FaultProxy() {
    commands_ = UniqueFd();
    ::waitpid(pid_, nullptr, 0);
  }
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  const std::string& endpoint() const { return endpoint_; }

  // Halts everything after so many bytes, in the middle of a request's body or of an answer.
  void halt_after(std::int64_t bytes) { write_all(commands_.get(), "halt " + std::to_string(bytes) + "\n"); }
  void go_on() { write_all(commands_.get(), "go on\n"); }

  // Loses the answer to the next request whose method, path and query contain this text. The store performs
  // the request; to its repetitions the proxy answers NoSuchUpload.
  void lose_answer_to(const std::string& text) { write_all(commands_.get(), "lose " + text + "\n"); }

  // Returns true when everything is halted, false if that has not happened after this time.
  bool has_halted(std::chrono::milliseconds longest) {
    pollfd waiting{answers_.get(), POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(longest.count())) > 0 && read_line(longest) == "halted";
  }

 private:
  std::string read_line(std::chrono::milliseconds longest) {
    std::string line;
    for (char c = 0;;) {
      pollfd waiting{answers_.get(), POLLIN, 0};
      if (::poll(&waiting, 1, static_cast<int>(longest.count())) <= 0 || ::read(answers_.get(), &c, 1) != 1)
        throw std::runtime_error("the proxy says nothing");
      if (c == '\n') return line;
      line += c;
    }
  }

  pid_t pid_ = 0;
  UniqueFd commands_, answers_;
  std::string endpoint_;
};

}  // namespace trainyard::testing
