#include "daemon/base/fd.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "daemon/base/error.h"
#include "daemon/base/user.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

using testing::HasSubstr;

class Files : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return directory_.file(name); }

  std::string write(const std::string& name, const std::string& bytes) const {
    write_atomically(path(name), bytes);
    return path(name);
  }

  std::string make_fifo() const {
    EXPECT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
    return path("fifo");
  }

  std::string make_socket() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path("socket").c_str(), sizeof address.sun_path - 1);
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return path("socket");
  }

  std::string link_to(const std::string& target) const {
    EXPECT_EQ(::symlink(target.c_str(), path("link").c_str()), 0);
    return path("link");
  }

  // Returns kind and message of the Error that read_file_if_there() throws for the path.
  static std::pair<ErrorKind, std::string> refusal(const std::string& path,
                                                   LastLink link = LastLink::follow) {
    try {
      read_file_if_there(path, 1 << 20, link);
    } catch (const Error& e) {
      return {e.kind(), e.what()};
    }
    return {ErrorKind::internal, "it was read"};
  }

  static void expect_refused(const std::string& path, const std::string& message) {
    const auto [kind, text] = refusal(path);
    EXPECT_EQ(kind, ErrorKind::invalid) << path;
    EXPECT_THAT(text, HasSubstr(message)) << path;
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(Files, AreReadWhole) {
  EXPECT_EQ(read_file(write("a", std::string(200'000, 'x'))), std::string(200'000, 'x'));
}

TEST_F(Files, OfProcAreReadThoughTheyTellNoSize) {
  EXPECT_THAT(read_file("/proc/self/stat"), HasSubstr(" "));
}

TEST_F(Files, ThatAreNotThereAreAnExpectedAnswer) {
  EXPECT_EQ(read_file_if_there(path("nothing")), std::nullopt);
  EXPECT_FALSE(open_regular_file_if_there(path("nothing")));
  EXPECT_THROW(read_file(path("nothing")), Error);
}

// Without O_NONBLOCK, opening the FIFO would wait forever.
TEST_F(Files, OfAnotherKindAreRefusedByTheNameOfTheirKindAndNotWaitedFor) {
  expect_refused(make_fifo(), "fifo: is a FIFO, not a file");
  expect_refused(path(""), "is a directory, not a file");
  expect_refused(make_socket(), "socket: is a socket, not a file");
  expect_refused("/dev/zero", "is a device, not a file");
  expect_refused(link_to("/dev/zero"), "link: is a device, not a file");
}

TEST_F(Files, ThatAreATerminalDoNotBecomeThisProcesssOwn) {
  UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(master && ::grantpt(master.get()) == 0 && ::unlockpt(master.get()) == 0);
  const std::string terminal = ::ptsname(master.get());
  const pid_t child = ::fork();
  if (child == 0) {
    ::setsid();  // a session leader without a terminal gets the first terminal it opens, without O_NOCTTY
    const bool refused = refusal(terminal).first == ErrorKind::invalid;
    const bool has_terminal = ::open("/dev/tty", O_RDONLY | O_CLOEXEC) >= 0;
    ::_exit(refused && !has_terminal ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(Files, BeyondTheLimitAreRefusedWithoutBeingRead) {
  const std::string sparse = write("sparse", "");
  ASSERT_EQ(::truncate(sparse.c_str(), std::int64_t{100} << 30), 0);
  expect_refused(sparse, "sparse: larger than 1048576 bytes");
  EXPECT_THROW(read_file(write("a", "four"), 3), Error);
  EXPECT_EQ(read_file(write("a", "four"), 4), "four");
}

TEST_F(Files, BehindALinkAreReadWhereTheCallerAllowsIt) {
  const std::string link = link_to(write("a", "text"));
  EXPECT_EQ(read_file(link), "text");
  EXPECT_EQ(refusal(link, LastLink::refuse).first, ErrorKind::invalid);
  EXPECT_THAT(refusal(link, LastLink::refuse).second, HasSubstr("link: is a link, not a file"));
}

TEST_F(Files, BehindALoopOfLinksAreRefused) { expect_refused(link_to(path("link")), "Too many levels"); }

TEST_F(Files, ThatOneMayNotReadAreDenied) {
  ASSERT_EQ(::chmod(path("").c_str(), 0755), 0);
  ASSERT_EQ(::chmod(write("a", "text").c_str(), 0), 0);
  constexpr uid_t nobody = 65534;
  // Root may read everything, so this thread accesses files as nobody for a while.
  const bool is_root = ::geteuid() == 0;
  if (is_root) ::setfsuid(nobody);
  const ErrorKind kind = refusal(path("a")).first;
  if (is_root) ::setfsuid(0);
  EXPECT_EQ(kind, ErrorKind::denied);
}

TEST_F(Files, OfAnyKindAreReadWhereTheUserNamedThem) {
  const std::string fifo = make_fifo();
  const pid_t child = ::fork();
  if (child == 0) {
    UniqueFd writer(::open(fifo.c_str(), O_WRONLY | O_CLOEXEC));
    ::_exit(::write(writer.get(), "name = \"x\"", 10) == 10 ? 0 : 1);
  }
  EXPECT_EQ(read_file_or_pipe(fifo, 100), "name = \"x\"");
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
}

ErrorKind kind_of(int error) {
  try {
    errno = error;
    throw_errno("open it");
  } catch (const Error& e) {
    return e.kind();
  }
}

TEST(Errno, OfAFileSystemInTroubleMeansLater) {
  for (int error : {EROFS, ESTALE, ENOSPC, EDQUOT, EIO, ENODEV, ENOTCONN, ETIMEDOUT, EMFILE, ENFILE, EAGAIN})
    EXPECT_EQ(kind_of(error), ErrorKind::unavailable) << std::strerror(error);
}

TEST(Errno, OfThePathItselfDoesNot) {
  for (int error : {ENOENT, ENOTDIR}) EXPECT_EQ(kind_of(error), ErrorKind::not_found) << std::strerror(error);
  for (int error : {EACCES, EPERM}) EXPECT_EQ(kind_of(error), ErrorKind::denied) << std::strerror(error);
  for (int error : {EINVAL, ENAMETOOLONG, EISDIR, ELOOP, ENXIO})
    EXPECT_EQ(kind_of(error), ErrorKind::invalid) << std::strerror(error);
}

}  // namespace
}  // namespace trainyard
