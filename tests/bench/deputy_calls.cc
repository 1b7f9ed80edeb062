// Measures how long a deputy for files takes to answer. As in the daemon, the broker starts the deputy, and
// the call is made in a thread that waits for the answer.
//
//   deputy_calls running BROKER UID SCRATCH COUNT
//       asks a deputy that runs already
//   deputy_calls starting BROKER UID SCRATCH COUNT
//       asks a deputy that must be started first, after the one before has ended
//
// Prints the milliseconds of each call on a line. Run as the user whom the broker serves. SCRATCH: the user's
// part of scratch, whose last folder the deputy makes.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <semaphore>
#include <thread>

#include "daemon/base/digest.h"
#include "daemon/deputies/broker_client.h"
#include "daemon/deputies/deputy_users.h"
#include "tests/fakes/fake_scheduler.h"

namespace trainyard {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Makes calls to the deputy for files of one user, with the daemon's own classes.
class Asker {
 public:
  Asker(const std::string& broker, std::uint32_t uid, const std::string& scratch,
        std::chrono::milliseconds idle)
      : deputies_(loop_, std::make_unique<BrokerClient>(loop_, broker), idle),
        users_(loop_, deputies_, scheduler_, Json::object(), {}, [](const KnownMount&) {}),
        files_(users_.files_of(uid, {std::filesystem::path(scratch).parent_path().parent_path(), scratch})) {
    deputies_.on_reaped([this](std::uint32_t, DeputyKind) { reaped_.release(); });
  }

  // Makes `count` + 1 calls and prints the milliseconds of each but the first. With `each_starts_one`, waits
  // after each call until the deputy is gone; throws `unavailable` after ten seconds.
  void ask(int count, bool each_starts_one) {
    std::exception_ptr failure;
    std::thread asking([&] {
      try {
        for (int i = 0; i <= count; ++i) {
          double ms = milliseconds_of_a_call();
          if (i > 0) std::printf("%.4f\n", ms);
          if (each_starts_one && !reaped_.try_acquire_for(10s))
            throw Error(ErrorKind::unavailable, "the deputy has nothing to do and does not end");
        }
      } catch (...) {
        failure = std::current_exception();
      }
      loop_.post([this] { loop_.stop(); });
    });
    loop_.run();
    asking.join();
    if (failure) std::rethrow_exception(failure);
  }

 private:
  double milliseconds_of_a_call() {
    auto begun = Clock::now();
    if (files_->find_code(sha256("code that nobody has uploaded")))
      throw Error(ErrorKind::internal, "there is code that nobody has uploaded");
    return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
  }

  Loop loop_;
  testing::FakeScheduler scheduler_;  // required by DeputyUsers, but not called
  Deputies deputies_;
  DeputyUsers users_;
  std::unique_ptr<UserFiles> files_;
  std::counting_semaphore<> reaped_{0};
};

}  // namespace
}  // namespace trainyard

int main(int argc, char** argv) {
  using namespace std::chrono_literals;
  const std::string what = argc == 6 ? argv[1] : "";
  if (what != "running" && what != "starting") {
    std::fputs("usage: deputy_calls running|starting BROKER UID SCRATCH COUNT\n", stderr);
    return 2;
  }
  const bool starts = what == "starting";
  try {
    trainyard::Asker asker(argv[2], static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10)), argv[4],
                           starts ? 1ms : 60'000ms);
    asker.ask(std::atoi(argv[5]), starts);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "deputy_calls: %s\n", e.what());
    return 1;
  }
}
