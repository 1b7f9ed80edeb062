// A submission of hundreds of runs is written in pieces, and is accepted as a whole or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/error.h"
#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using testing::one_gpu;
using testing::Site;

constexpr int many = 950;

std::vector<Manifest> many_runs() {
  std::vector<Manifest> manifests;
  for (int n = 0; n < many; ++n) manifests.push_back(one_gpu("run " + std::to_string(n)));
  return manifests;
}

// The answer to one submission, or its error.
struct Answered {
  std::optional<SubmitAnswer> answer;
  std::exception_ptr error;
};

class ALargeSubmission : public ::testing::Test {
 protected:
  void send(Answered& to, std::vector<Manifest> manifests, const std::string& client_id) {
    site_.driver().acceptance().submit(
        Site::request(std::move(manifests), client_id),
        [&to](SubmitAnswer answer) { to.answer = std::move(answer); },
        [&to](std::exception_ptr error) { to.error = error; });
  }
  std::size_t runs_in_ledger() {
    RunFilter all;
    all.limit = 10 * many;
    return site_.ledger().list(all).size();
  }
  // Runs the loop until some of the runs are written and others are not.
  bool begin_to_write() {
    return site_.run_until([this] {
      std::int64_t written = site_.ledger().live_runs_of(::geteuid());
      return written > 0 && written < many;
    });
  }
  Site site_;
};

TEST_F(ALargeSubmission, AppearsAllAtOnceInTheOrderOfItsManifests) {
  Answered large;
  send(large, many_runs(), "large");
  ASSERT_TRUE(begin_to_write());
  EXPECT_EQ(runs_in_ledger(), 0u);
  EXPECT_TRUE(site_.driver().status().runs.empty());
  ASSERT_TRUE(site_.run_until([&] { return large.answer.has_value(); }));
  EXPECT_EQ(large.answer->runs, many);
  EXPECT_EQ(runs_in_ledger(), static_cast<std::size_t>(many));
  for (int n : {0, 1, many - 1})
    EXPECT_EQ(site_.run(large.answer->run_ids.at(static_cast<std::size_t>(n))).name,
              "run " + std::to_string(n));
  EXPECT_TRUE(site_.run_until_state(large.answer->run_ids.back(), RunState::released));
}

TEST_F(ALargeSubmission, LetsASmallOneBeAcceptedMeanwhile) {
  Answered large, small;
  send(large, many_runs(), "large");
  ASSERT_TRUE(begin_to_write());
  send(small, {one_gpu()}, "small");
  ASSERT_TRUE(site_.run_until([&] { return small.answer.has_value(); }));
  EXPECT_FALSE(large.answer);
  ASSERT_TRUE(site_.run_until([&] { return large.answer.has_value(); }));
  EXPECT_THAT(large.answer->run_ids, ::testing::Not(::testing::Contains(small.answer->run_ids.at(0))));
}

TEST_F(ALargeSubmission, ThatIsSentAgainMeanwhileIsOne) {
  Answered first, second;
  send(first, many_runs(), "large");
  ASSERT_TRUE(begin_to_write());
  send(second, many_runs(), "large");
  ASSERT_TRUE(site_.run_until([&] { return first.answer && second.answer; }));
  EXPECT_EQ(second.answer->run_ids, first.answer->run_ids);
  EXPECT_TRUE(second.answer->repeated);
  EXPECT_EQ(runs_in_ledger(), static_cast<std::size_t>(many));
}

TEST_F(ALargeSubmission, LeavesNothingWhenTheDaemonDiesMeanwhile) {
  Answered large;
  send(large, many_runs(), "large");
  ASSERT_TRUE(begin_to_write());
  site_.restart();
  EXPECT_EQ(site_.ledger().live_runs_of(::geteuid()), 0);
  EXPECT_EQ(site_.submit(many_runs(), "large").size(), static_cast<std::size_t>(many));
}

TEST(ALimitOfLiveRuns, CountsThoseThatAreBeingWritten) {
  DriverSettings settings;
  settings.max_live_runs_per_user = many + many / 2;
  Site site(settings);
  Answered first;
  site.driver().acceptance().submit(
      Site::request(many_runs(), "first"), [&](SubmitAnswer answer) { first.answer = std::move(answer); },
      [&](std::exception_ptr error) { first.error = error; });
  EXPECT_THROW(site.submit(many_runs(), "second"), Error);
  ASSERT_TRUE(site.run_until([&] { return first.answer.has_value(); }));
}

}  // namespace
}  // namespace trainyard
