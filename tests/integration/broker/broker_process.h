// What the tests of the broker share: a broker that runs as root with three capabilities, as in its unit, the
// daemon's end of its socket, and users from an /etc/passwd and an /etc/group that only this process and its
// children see.
#pragma once
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/base/unique_fd.h"
#include "daemon/broker/record.h"

namespace trainyard::testing {

inline constexpr uid_t daemon_uid = 54000, ada = 54001, ben = 54002, sue_of_sudo = 54003, unknown = 54999;
inline constexpr gid_t lab = 54100, sudo = 54127;
inline constexpr int deadline_ms = 20'000;

// Thrown if broker or deputy do not answer in time, or close the connection.
struct Silence : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline std::string contents_of(const std::string& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

inline void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

// Waits until `fd` can be read or is at its end; for a pidfd, until the process has ended. Returns false
// after deadline_ms.
inline bool comes(int fd) {
  pollfd polled{fd, POLLIN, 0};
  return ::poll(&polled, 1, deadline_ms) == 1;
}

// Returns the value of the line "Name:" in the text of /proc/PID/status.
inline std::string field_of(const std::string& status, const std::string& name) {
  std::size_t at = ('\n' + status).find('\n' + name + ":\t");
  if (at == std::string::npos) return "no " + name;
  at += name.size() + 2;
  return status.substr(at, status.find('\n', at) - at);
}

// Mounts the test's own passwd, group and nsswitch.conf over those in /etc, in a mount namespace of this
// process.
class Names {
 public:
  Names() {
    char name[] = "/tmp/trainyard-broker.XXXXXX";
    folder_ = ::mkdtemp(name);
    ::chmod(folder_.c_str(), 0755);
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      return;
    write_file(folder_ + "/passwd",
               "root:x:0:0::/root:/bin/sh\nty_ada:x:54001:54001::/:/bin/sh\n"
               "ty_ben:x:54002:54002::/:/bin/sh\nty_sue:x:54003:54003::/:/bin/sh\n");
    write_file(folder_ + "/group", "root:x:0:\nty_ada:x:54001:\nlab:x:54100:ty_ada\nsudo:x:54127:ty_sue\n");
    write_file(folder_ + "/nsswitch", "passwd: files\ngroup: files\n");
    ::mkfifo((folder_ + "/silent").c_str(), 0644);
    given_ = lay_over("passwd", "/etc/passwd") && lay_over("group", "/etc/group") &&
             lay_over("nsswitch", "/etc/nsswitch.conf");
  }
  ~Names() {
    for (const char* file : {"/etc/passwd", "/etc/group", "/etc/nsswitch.conf"}) ::umount(file);
    std::filesystem::remove_all(folder_);
  }
  bool given() const { return given_; }
  const std::string& folder() const { return folder_; }

  // Makes each look-up of a name wait until answer_again(): /etc/passwd becomes a FIFO that nobody writes to.
  void fall_silent() const { lay_over("silent", "/etc/passwd"); }
  void answer_again() const { ::umount("/etc/passwd"); }

 private:
  bool lay_over(const std::string& name, const char* file) const {
    return ::mount((folder_ + '/' + name).c_str(), file, nullptr, MS_BIND, nullptr) == 0;
  }

  std::string folder_;
  bool given_ = false;
};

// The daemon's end of the socket to a deputy (test_deputy.cc).
class Deputy {
 public:
  explicit Deputy(UniqueFd socket) : socket_(std::move(socket)) {}

  std::string ask(const std::string& word) const {
    std::string line = word + '\n', answer;
    if (::send(socket_.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0)
      throw Silence("the deputy is gone");
    char buffer[4096];
    while (answer.size() < 2 || answer.substr(answer.size() - 2) != "\n\n") {
      if (!comes(socket_.get())) throw Silence("no answer of the deputy to " + word);
      ssize_t got = ::recv(socket_.get(), buffer, sizeof buffer, 0);
      if (got <= 0) throw Silence("the deputy ended before it answered to " + word);
      answer.append(buffer, static_cast<std::size_t>(got));
    }
    return answer.substr(0, answer.size() - 2);
  }
  pid_t pid() const { return std::stoi(ask("pid")); }

 private:
  UniqueFd socket_;
};

inline UniqueFd watch(pid_t pid) { return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

// The daemon's end of a connection to the broker.
class Connection {
 public:
  struct Message {
    BrokerReport report;
    UniqueFd socket;
  };

  // Connects with this effective uid and the daemon's group.
  Connection(const std::string& path, uid_t uid)
      : socket_(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::setegid(daemon_uid) != 0 || ::seteuid(uid) != 0) throw Silence("cannot be another user");
    int failed = ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    int error = errno;
    if (::seteuid(0) != 0 || ::setegid(0) != 0) throw Silence("cannot be root again");
    if (failed != 0) throw Silence(std::strerror(error));
  }

  void send(const void* bytes, std::size_t size) const {
    if (::send(socket_.get(), bytes, size, MSG_NOSIGNAL) < 0) throw Silence("the broker is gone");
  }
  void send(BrokerVerb verb, uid_t uid, DeputyKind kind, std::uint64_t serial) const {
    BrokerRequest request;
    request.verb = verb, request.uid = uid, request.kind = kind, request.serial = serial;
    send(&request, sizeof request);
  }

  // Waits for the next report; returns nullopt if the broker has closed the connection.
  std::optional<Message> receive() const {
    if (!comes(socket_.get())) throw Silence("no report");
    Message message;
    iovec bytes{&message.report, sizeof message.report};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr header{};
    header.msg_iov = &bytes, header.msg_iovlen = 1;
    header.msg_control = control, header.msg_controllen = sizeof control;
    if (::recvmsg(socket_.get(), &header, MSG_CMSG_CLOEXEC) <= 0) return std::nullopt;
    if (const cmsghdr* part = CMSG_FIRSTHDR(&header)) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part), sizeof fd);
      message.socket = UniqueFd(fd);
    }
    return message;
  }
  BrokerReport report() const {
    std::optional<Message> message = receive();
    if (!message) throw Silence("the broker closed the connection");
    return message->report;
  }
  int descriptor() const { return socket_.get(); }
  bool has_report() const {
    pollfd polled{socket_.get(), POLLIN, 0};
    return ::poll(&polled, 1, 0) == 1;
  }

  Deputy start(uid_t uid, DeputyKind kind, std::uint64_t serial) const {
    send(BrokerVerb::start, uid, kind, serial);
    std::optional<Message> message = receive();
    if (!message || message->report.event != BrokerEvent::started || !message->socket)
      throw Silence("not started");
    return Deputy(std::move(message->socket));
  }
  // Asks for a deputy that must be refused and returns the reason: that of the report `refused`, or, if the
  // process was started and then ended itself, that of the report after `started`.
  Refusal refusal_of(uid_t uid, std::uint64_t serial = 1) const {
    send(BrokerVerb::start, uid, DeputyKind::files, serial);
    BrokerReport first = report();
    if (first.event == BrokerEvent::refused) return first.refusal;
    return report().refusal;
  }

 private:
  UniqueFd socket_;
};

// A real broker, started with the rights that its systemd unit gives it.
class BrokerProcess {
 public:
  explicit BrokerProcess(const std::string& folder, std::vector<std::string> more = {},
                         const std::string& deputy = TEST_DEPUTY)
      : socket_(folder + "/broker.sock") {
    std::vector<std::string> words{"setpriv",
                                   "--regid=" + std::to_string(daemon_uid),
                                   "--clear-groups",
                                   "--bounding-set=-all,+setuid,+setgid,+kill",
                                   "--inh-caps=-all",
                                   "--no-new-privs",
                                   BROKER_PROGRAM,
                                   "--daemon-uid",
                                   std::to_string(daemon_uid),
                                   "--socket",
                                   socket_,
                                   "--deputy",
                                   deputy,
                                   "--most-deputies",
                                   "100"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    char secret[] = "SLURM_JWT=secret", path[] = "PATH=/usr/bin:/bin";
    char* environment[] = {secret, path, nullptr};
    ::unlink(socket_.c_str());
    if (::posix_spawnp(&pid_, "setpriv", nullptr, nullptr, arguments.data(), environment) != 0)
      throw Silence("setpriv cannot be executed");
    ended_ = watch(pid_);
  }
  BrokerProcess(const BrokerProcess&) = delete;
  BrokerProcess& operator=(const BrokerProcess&) = delete;
  ~BrokerProcess() {
    if (pid_ > 0) end(SIGKILL);
  }

  pid_t pid() const { return pid_; }
  const std::string& socket() const { return socket_; }
  std::string status() const { return contents_of("/proc/" + std::to_string(pid_) + "/status"); }

  int end(int signal) {
    ::kill(std::exchange(pid_, -pid_), signal);
    int status = 0;
    ::waitpid(-pid_, &status, 0);
    return status;
  }

  // Waits until the broker listens, and connects to it as `uid`.
  Connection connect(uid_t uid = daemon_uid) const {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline_ms);
    while (true) try {
        return Connection(socket_, uid);
      } catch (const Silence& silence) {
        pollfd polled{ended_.get(), POLLIN, 0};
        if (::poll(&polled, 1, 10) == 1 || std::chrono::steady_clock::now() > deadline) throw;
        if (std::string(silence.what()) == std::strerror(EACCES)) throw;
      }
  }
  // Connects as the daemon and reads the report `ready`. Throws if there is a `survivor` before it.
  Connection ready() const {
    Connection connection = connect();
    if (connection.report().event != BrokerEvent::ready) throw Silence("not ready");
    return connection;
  }

 private:
  std::string socket_;
  pid_t pid_ = 0;
  UniqueFd ended_;
};

}  // namespace trainyard::testing
