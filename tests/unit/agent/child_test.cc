#include "daemon/agent/child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <future>

#include "daemon/agent/environment.h"
#include "daemon/base/error.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

using namespace std::chrono_literals;

class Child : public testing::Test {
 protected:
  ExitStatus run(const std::string& script, const Heartbeat& heartbeat) {
    return run_child({{"sh", "-c", script}, environment_with({{"X", "y"}}), directory_.path(), log(), 0},
                     heartbeat);
  }
  static Heartbeat steady() {
    return {10s, 10s, [] { return true; }};
  }
  std::string log() const { return directory_.file("log"); }

  TemporaryDirectory directory_;
};

TEST_F(Child, ItsExitCodeItsOutputAndItsPlaceAreAsAsked) {
  write_atomically(log(), "before\n");
  EXPECT_EQ(run("echo $X; echo oops >&2; pwd; exit 3", steady()).exit_code, 3);
  EXPECT_EQ(read_file(log()), "before\ny\noops\n" + directory_.path() + "\n");
}

TEST_F(Child, TheSignalThatEndedItIsTold) { EXPECT_EQ(run("kill -SEGV $$", steady()).signal, SIGSEGV); }

TEST_F(Child, AProgramThatIsNotThereIsAnError) {
  EXPECT_THROW(run_child({{"no-such-program-here"}, {}, directory_.path(), log(), 0}, steady()), Error);
}

TEST_F(Child, AHeartbeatThatSaysNoEndsIt) {
  int beats = 0;
  EXPECT_EQ(run("while :; do sleep 60; done", {1ms, 10s, [&] { return ++beats < 3; }}).signal, SIGTERM);
  EXPECT_EQ(beats, 3);
}

TEST_F(Child, AHeartbeatThatHangsEndsItToo) {
  std::promise<void> never;
  auto hang = [answer = never.get_future()] { return answer.wait_for(1s) == std::future_status::timeout; };
  EXPECT_EQ(run("while :; do sleep 60; done", {1ms, 10ms, std::ref(hang)}).signal, SIGTERM);
}

TEST_F(Child, AWarningIsPassedOnAndTold) {
  const ExitStatus status =
      run("trap 'echo warned; exit 75' USR2; kill -USR2 $PPID; while :; do sleep 0.01; done", steady());
  EXPECT_EQ(status.exit_code, 75);
  EXPECT_TRUE(status.warned);
  EXPECT_TRUE(read_file(log()).ends_with("warned\n"));  // the shell might print before that its sleep ended
}

TEST_F(Child, NothingOfItsGroupIsLeftBehind) {
  ASSERT_EQ(::mkfifo(directory_.file("fifo").c_str(), 0600), 0);
  run("sleep 60 3> fifo & exec 3< fifo", steady());
  // The sleep process is the FIFO's last writer. So the end of file, at once or after POLLHUP, means that the
  // process is gone.
  UniqueFd fifo = open_file(directory_.file("fifo"), O_RDONLY | O_NONBLOCK);
  char byte;
  pollfd hang_up{fifo.get(), 0, 0};
  EXPECT_TRUE(::read(fifo.get(), &byte, 1) == 0 || ::poll(&hang_up, 1, 10'000) == 1);
}

TEST_F(Child, TerminationArrivesAsWhatItUnderstands) {
  const ExitStatus status = run_child({{"sh", "-c", "trap 'exit 75' USR2; kill -TERM $PPID; sleep 60 & wait"},
                                       environment_with({}),
                                       directory_.path(),
                                       log(),
                                       SIGUSR2},
                                      steady());
  EXPECT_EQ(status.exit_code, 75);
}

}  // namespace
}  // namespace trainyard
