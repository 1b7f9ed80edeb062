// Munged: a real munged for one test, with its own key. It opens only credentials made with that key.
#pragma once
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/munge.h"

namespace trainyard::testing {

class Munged {
 public:
  Munged() {
    std::filesystem::create_directory(folder_);
    write_atomically(path("key"), random_hex(512));
    start();
  }
  ~Munged() {
    stop();
    std::filesystem::remove_all(folder_);
  }
  Munged(const Munged&) = delete;
  Munged& operator=(const Munged&) = delete;

  std::string socket() const { return path("socket"); }
  Munge munge() const { return Munge(socket()); }

  // Ends the munged. It forgets which credentials were used.
  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  void start() {
    std::vector<std::string> words{"munged",
                                   "--foreground",
                                   "--force",
                                   "--num-threads=2",
                                   "--key-file=" + path("key"),
                                   "--socket=" + socket(),
                                   "--pid-file=" + path("pid"),
                                   "--seed-file=" + path("seed"),
                                   "--log-file=" + path("own-log")};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const char* program = "/usr/sbin/munged";
    posix_spawn_file_actions_t quietly;
    ::posix_spawn_file_actions_init(&quietly);
    ::posix_spawn_file_actions_addopen(&quietly, STDERR_FILENO, path("log").c_str(), O_WRONLY | O_CREAT,
                                       0600);
    int error = ::posix_spawn(&pid_, program, &quietly, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&quietly);
    if (error != 0) throw std::runtime_error(std::string("cannot start ") + program);
    wait_until_it_answers();
  }

  void wait_until_it_answers() const {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (true) {
      try {
        munge().make("", std::chrono::seconds(1), ::geteuid());
        return;
      } catch (const Error&) {
        if (std::chrono::steady_clock::now() > deadline) throw;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    }
  }

  std::string path(const std::string& name) const { return join_path(folder_, name); }

  std::string folder_ =
      (std::filesystem::temp_directory_path() / ("trainyard-munge-" + random_hex(8))).string();
  pid_t pid_ = 0;
};

// Returns the Error that `call` throws as "kind: message"; an empty string if `call` throws no Error.
template <class Call>
std::string error_of(Call call) {
  try {
    call();
    return "";
  } catch (const Error& e) {
    return std::string(to_string(e.kind())) + ": " + e.what();
  }
}

}  // namespace trainyard::testing
