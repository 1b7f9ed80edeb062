#include "daemon/handover/claim.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/base/error.h"
#include "tests/fakes/faulty_disk.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

Claim claim(std::uint32_t job_id, int restarts = 0) {
  return {"yard", job_id, restarts, "n1", from_unix(1'000'000), false};
}

TEST(Claim, TheFirstJobHasItAndTheNextLearnsWhoDoes) {
  TemporaryDirectory attempt;
  EXPECT_EQ(take_claim(attempt.path(), claim(77)), std::nullopt);
  const std::optional<Claim> holder = take_claim(attempt.path(), claim(78));
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->job_id, 77u);
  EXPECT_TRUE(holds_claim(attempt.path(), claim(77)));
  EXPECT_FALSE(holds_claim(attempt.path(), claim(78)));
}

TEST(Claim, ALaterRestartOfItsHolderTakesItOverAndAnEarlierOneDoesNot) {
  TemporaryDirectory attempt;
  take_claim(attempt.path(), claim(77, 1));
  EXPECT_TRUE(take_claim(attempt.path(), claim(77, 0)));
  EXPECT_TRUE(take_claim(attempt.path(), claim(77, 1)));  // refused: would execute the same restart twice
  EXPECT_EQ(take_claim(attempt.path(), claim(77, 2)), std::nullopt);
  EXPECT_FALSE(holds_claim(attempt.path(), claim(77, 1)));
}

TEST(Claim, ThatWasTakenAwayIsHeldByNobodyAndCannotBeHadAgain) {
  TemporaryDirectory attempt;
  take_claim(attempt.path(), claim(77));
  const Claim revoked = revoke_claim(attempt.path(), from_unix(2'000'000));
  EXPECT_TRUE(revoked.revoked);
  EXPECT_EQ(revoked.job_id, 77u);
  EXPECT_FALSE(holds_claim(attempt.path(), claim(77)));
  EXPECT_TRUE(take_claim(attempt.path(), claim(77, 1)));
  EXPECT_EQ(revoke_claim(attempt.path(), from_unix(3'000'000)).at, from_unix(2'000'000));
}

// The daemon repeats revoke_claim() after an error. If the error was a failed sync of the directory, the
// repeated call must sync the directory, although the claim is revoked already.
TEST(Claim, ThatWasTakenAwayIsDurableHoweverOftenItWasTried) {
  TemporaryDirectory attempt;
  {
    FaultyDisk broken(6, DiskFailure::once, EIO);  // the sync of the directory
    EXPECT_THROW(revoke_claim(attempt.path(), from_unix(2'000'000)), Error);
    EXPECT_EQ(broken.calls().at(5), "sync");
  }
  FaultyDisk sound(0, DiskFailure::once, EIO);
  EXPECT_EQ(revoke_claim(attempt.path(), from_unix(3'000'000)).at, from_unix(2'000'000));
  EXPECT_EQ(sound.calls().back(), "sync");
}

TEST(Claim, ThatWasTakenAwayBeforeAnybodyHadItKeepsALateJobOut) {
  TemporaryDirectory attempt;
  revoke_claim(attempt.path(), from_unix(2'000'000));
  EXPECT_TRUE(take_claim(attempt.path(), claim(77)));
}

TEST(Claim, TheSameJobIdOnAnotherClusterIsAnotherJob) {
  TemporaryDirectory attempt;
  take_claim(attempt.path(), claim(77));
  Claim other = claim(77, 5);
  other.cluster = "elsewhere";
  EXPECT_TRUE(take_claim(attempt.path(), other));
}

// All processes wait for the end of a pipe, which is closed after the last of them was started.
TEST(Claim, OfManyProcessesAtOnceOneWins) {
  TemporaryDirectory attempt;
  int gate[2];
  ASSERT_EQ(::pipe(gate), 0);
  std::vector<pid_t> racers;
  for (std::uint32_t job_id = 1; job_id <= 16; ++job_id) {
    racers.push_back(::fork());
    if (racers.back() > 0) continue;
    ::close(gate[1]);
    char byte;
    [[maybe_unused]] ssize_t got = ::read(gate[0], &byte, 1);
    ::_exit(take_claim(attempt.path(), claim(job_id)) ? 1 : 0);
  }
  ::close(gate[1]);
  int winners = 0;
  for (pid_t racer : racers) {
    int status = 0;
    ::waitpid(racer, &status, 0);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
    winners += WEXITSTATUS(status) == 0;
  }
  EXPECT_EQ(winners, 1);
  EXPECT_TRUE(read_claim(attempt.path()));
  ::close(gate[0]);
}

TEST(Claim, NobodyHasAnAttemptThatNobodyStarted) {
  TemporaryDirectory attempt;
  EXPECT_EQ(read_claim(attempt.path()), std::nullopt);
  EXPECT_FALSE(holds_claim(attempt.path(), claim(1)));
}

}  // namespace
}  // namespace trainyard
