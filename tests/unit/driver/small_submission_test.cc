// Small submissions that come in one turn of the loop are written together, but each is accepted or fails by
// itself.
#include <gtest/gtest.h>

#include "daemon/base/error.h"
#include "tests/fakes/full_disk.h"
#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using testing::one_gpu;
using testing::Site;

struct AnsweredSmall {
  std::optional<SubmitAnswer> answer;
  std::optional<ErrorKind> error;
};

class SmallSubmissions : public ::testing::Test {
 protected:
  SmallSubmissions() { site_.driver().set_drained(true); }

  // Sends three submissions at once: none is written before the last one has come.
  void send_three() {
    for (AnsweredSmall& to : answered_) send(to, "c" + std::to_string(&to - answered_.data()));
  }

  void send(AnsweredSmall& to, const std::string& client_id) {
    site_.driver().acceptance().submit(
        Site::request({one_gpu("of " + client_id), one_gpu("of " + client_id)}, client_id),
        [&to](SubmitAnswer answer) { to.answer = std::move(answer); },
        [&to](std::exception_ptr error) {
          try {
            std::rethrow_exception(error);
          } catch (const Error& e) {
            to.error = e.kind();
          }
        });
  }

  bool run_until_answered() {
    return site_.run_until([this] {
      return std::ranges::all_of(answered_, [](const AnsweredSmall& one) { return one.answer || one.error; });
    });
  }

  std::size_t runs_in_ledger() { return site_.ledger().list({}).size(); }

  Site site_;
  std::vector<AnsweredSmall> answered_ = std::vector<AnsweredSmall>(3);
};

TEST_F(SmallSubmissions, OfOneMomentAreAcceptedEachWithItsRuns) {
  send_three();
  EXPECT_EQ(runs_in_ledger(), 0u);
  ASSERT_TRUE(run_until_answered());
  EXPECT_EQ(runs_in_ledger(), 6u);
  for (std::size_t n = 0; n < answered_.size(); ++n) {
    ASSERT_TRUE(answered_[n].answer);
    for (std::int64_t id : answered_[n].answer->run_ids)
      EXPECT_EQ(site_.run(id).name, "of c" + std::to_string(n));
  }
  EXPECT_EQ(site_.driver().live_runs(), 6u);
}

TEST_F(SmallSubmissions, ThatAreSentTwiceInOneMomentAreOne) {
  for (AnsweredSmall& to : answered_) send(to, "the same");
  ASSERT_TRUE(run_until_answered());
  EXPECT_EQ(runs_in_ledger(), 2u);
  for (const AnsweredSmall& one : answered_) EXPECT_EQ(one.answer->run_ids, answered_[0].answer->run_ids);
}

TEST_F(SmallSubmissions, ThatFindNoRoomOnTheDiskLeaveNothingAndMayComeAgain) {
  {
    FullDisk full;
    send_three();
    ASSERT_TRUE(run_until_answered());
  }
  for (const AnsweredSmall& one : answered_) EXPECT_EQ(one.error, ErrorKind::unavailable);
  EXPECT_EQ(runs_in_ledger(), 0u);
  EXPECT_EQ(site_.driver().live_runs(), 0u);
  answered_ = std::vector<AnsweredSmall>(3);
  send_three();
  ASSERT_TRUE(run_until_answered());
  EXPECT_EQ(runs_in_ledger(), 6u);
}

}  // namespace
}  // namespace trainyard
