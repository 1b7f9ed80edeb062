// Log lines reach the journal with their fields. journald itself is not there: the test listens on its
// socket, in a mount namespace of its own, and hears what libsystemd sends.
#include "daemon/base/journal.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "daemon/base/log.h"
#include "daemon/base/unique_fd.h"

namespace trainyard {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

template <class... Values>
std::vector<LogField> fields(fmt::format_string<Values...> format, Values&&... values) {
  return fields_of_line(format, fmt::make_format_args(values...));
}

TEST(TheFieldsOfALogLine, AreTheKeysOfItsFormat) {
  EXPECT_THAT(fields("run={} attempt={} event=started state={}", 7, 2, "running"),
              ElementsAre(LogField{"run", "7"}, LogField{"attempt", "2"}, LogField{"event", "started"},
                          LogField{"state", "running"}));
  EXPECT_THAT(fields("{} step={} failed after {:.1f} s: {}", "x", "submit", 1.25, "y"),
              ElementsAre(LogField{"step", "submit"}));
  EXPECT_THAT(fields("event=http message=\"{}\"", "two words"),
              ElementsAre(LogField{"event", "http"}, LogField{"message", "two words"}));
  EXPECT_THAT(fields("{} step={} failed", "run=7", "submit"),
              ElementsAre(LogField{"run", "7"}, LogField{"step", "submit"}));
  EXPECT_THAT(fields("submission={}: {}", 5, "full"), ElementsAre(LogField{"submission", "5"}));
}

TEST(TheFieldsOfALogLine, AreNeverFoundInAValue) {
  EXPECT_THAT(fields("event=request_failed {}", "run=7 event=started"),
              ElementsAre(LogField{"event", "request_failed"}));
  EXPECT_THAT(fields("step={} {}", "submit", "run=7"), ElementsAre(LogField{"step", "submit"}));
  EXPECT_THAT(fields("{} said", "run=7 event=started"), IsEmpty());
  EXPECT_THAT(fields("said {}", "run=7"), IsEmpty());
}

constexpr int no_namespaces = 77;

// The next message to the journal's socket, each field in a line.
std::string next_message(int socket) {
  std::array<char, 65536> bytes{};
  const ssize_t size = ::recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
  return size < 0 ? "nothing came" : std::string(bytes.data(), static_cast<std::size_t>(size));
}

UniqueFd listen_as_journald() {
  sockaddr_un address{AF_UNIX, "/run/systemd/journal/socket"};
  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  std::filesystem::create_directories("/run/systemd/journal");
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) socket = UniqueFd();
  return socket;
}

// Runs `work` in a child with an empty /run of its own, and returns the child's exit code.
int in_a_mount_namespace(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool has_namespaces = ::unshare(CLONE_NEWNS) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
    if (!has_namespaces || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("run", "/run", "tmpfs", 0, nullptr) != 0)
      ::_exit(no_namespaces);
    const int code = work();
    ::fflush(nullptr);
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void say_that_stderr_is_the_journal() {
  struct stat status {};
  ASSERT_EQ(::fstat(STDERR_FILENO, &status), 0);
  ::setenv("JOURNAL_STREAM", fmt::format("{}:{}", status.st_dev, status.st_ino).c_str(), 1);
}

int log_to_the_journal() {
  const UniqueFd socket = listen_as_journald();
  say_that_stderr_is_the_journal();
  log_warning("run={} event=retried {}", 42, "two\nlines");
  EXPECT_THAT(next_message(socket.get()),
              AllOf(HasSubstr("MESSAGE=run=42 event=retried two\\nlines\n"), HasSubstr("PRIORITY=4\n"),
                    HasSubstr("TRAINYARD_RUN=42\n"), HasSubstr("TRAINYARD_EVENT=retried\n"),
                    Not(HasSubstr("CODE_FILE="))));
  return ::testing::Test::HasFailure() ? 1 : 0;
}

TEST(TheJournal, GetsALineWithItsFields) {
  const int code = in_a_mount_namespace(log_to_the_journal);
  if (code == no_namespaces) GTEST_SKIP() << "no mount namespaces here";
  EXPECT_EQ(code, 0);
}

TEST(TheJournal, IsNotWhereAnInheritedVariableSays) {
  ::setenv("JOURNAL_STREAM", "1:1", 1);
  EXPECT_FALSE(is_stderr_the_journal());
  ::unsetenv("JOURNAL_STREAM");
  EXPECT_FALSE(is_stderr_the_journal());
}

}  // namespace
}  // namespace trainyard
