// The accounts that manifests name are compared with those that the scheduler allows, if the scheduler
// answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/error.h"
#include "tests/unit/driver/site.h"
#include "tests/unit/ledger/live_runs.h"

namespace trainyard {
namespace {

using testing::all_live_runs;
using ::testing::HasSubstr;
using testing::one_gpu;
using testing::Site;

Manifest in_account(const std::string& account) {
  Manifest manifest = one_gpu();
  manifest.resources.account = account;
  return manifest;
}

TEST(ASubmission, ThatNamesNothingAsksTheSchedulerNothing) {
  Site site;
  site.submit({one_gpu()});
  EXPECT_EQ(site.scheduler().names_checked(), 0);
}

TEST(ASubmission, ThatNamesSomebodyElsesAccountIsRefusedWithThoseAllowed) {
  Site site;
  site.scheduler().allow_only_account("vision");
  try {
    site.submit({in_account("vision"), in_account("astro"), in_account("speech"), in_account("astro")});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::invalid);
    ASSERT_EQ(e.problems().size(), 2u);
    EXPECT_EQ(e.problems()[0].object, "resources.account");
    EXPECT_THAT(e.problems()[0].message, HasSubstr("\"astro\" is not an account of "));
    EXPECT_EQ(e.problems()[0].hint, "may be used: vision");
  }
  EXPECT_TRUE(all_live_runs(site.ledger()).empty());
}

TEST(ASubmission, LikeOneJustAllowedIsNotAskedAboutAgain) {
  Site site;
  site.submit({in_account("vision")}, "first");
  int asked = site.scheduler().names_checked();
  site.submit({in_account("vision"), in_account("vision")}, "second");
  EXPECT_EQ(site.scheduler().names_checked(), asked);
  site.submit({in_account("speech")}, "third");
  EXPECT_EQ(site.scheduler().names_checked(), asked + 1);
}

TEST(ASubmission, IsAcceptedWhileTheSchedulerCannotBeAsked) {
  Site site;
  site.scheduler().allow_only_account("vision");
  site.scheduler().go_away(true);
  EXPECT_EQ(site.submit({in_account("astro")}).size(), 1u);
}

}  // namespace
}  // namespace trainyard
