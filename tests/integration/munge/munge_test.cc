// Tests of base/munge with a real munged: making and opening credentials.
#include "daemon/base/munge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/munge/munged.h"

namespace trainyard {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using testing::error_of;
using ::testing::HasSubstr;
using testing::Munged;
using ::testing::StartsWith;

constexpr uid_t nobody = 65534;

TEST(ACredential, SaysWhoMadeItAndWhatIsInIt) {
  Munged munged;
  OpenedCredential opened = munged.munge().open(munged.munge().make("a\npayload", 60s, ::geteuid()));
  EXPECT_EQ(opened.uid, ::geteuid());
  EXPECT_EQ(opened.gid, ::getegid());
  EXPECT_EQ(opened.payload, "a\npayload");
  EXPECT_EQ(munged.munge().open(munged.munge().make("", 60s, ::geteuid())).payload, "");
}

TEST(ACredential, IsGoodOnceEvenWhereTwoSayTheSame) {
  Munged munged;
  std::string first = munged.munge().make("x", 60s, ::geteuid()),
              second = munged.munge().make("x", 60s, ::geteuid());
  EXPECT_NE(first, second);
  munged.munge().open(first);
  EXPECT_THAT(error_of([&] { munged.munge().open(first); }),
              AllOf(StartsWith("denied: "), HasSubstr("it was used before")));
  munged.munge().open(second);
}

TEST(ACredential, Expires) {
  Munged munged;
  std::string credential = munged.munge().make("x", 1s, ::geteuid());
  std::string error;
  auto deadline = std::chrono::steady_clock::now() + 10s;
  while (error.find("has expired") == std::string::npos && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(50ms);
    error = error_of([&] { munged.munge().open(credential); });
  }
  EXPECT_THAT(error, AllOf(StartsWith("denied: "), HasSubstr("synchronise the clocks")));
}

TEST(ACredential, IsForADaemonOfOneUser) {
  Munged munged;
  std::string credential = munged.munge().make("x", 60s, nobody);
  EXPECT_THAT(error_of([&] { munged.munge().open(credential); }),
              AllOf(StartsWith("denied: "),
                    HasSubstr("runs as uid " + std::to_string(::geteuid()) + ": set TRAINYARD_DAEMON_USER")));
}

TEST(ACredential, OfAnotherKeyOrOfNobodyDoesNotCount) {
  Munged munged, another;
  std::string foreign = another.munge().make("x", 60s, ::geteuid());
  for (const std::string& credential :
       {foreign, std::string("MUNGE:AwQDAAD:"), std::string("x"), std::string()})
    EXPECT_THAT(error_of([&] { munged.munge().open(credential); }),
                AllOf(StartsWith("denied: "), HasSubstr("munge.key")))
        << credential;
}

TEST(AMunged, ThatIsAwayIsUnavailable) {
  Munged munged;
  std::string credential = munged.munge().make("x", 60s, ::geteuid());
  munged.stop();
  auto away =
      AllOf(StartsWith("unavailable: "), HasSubstr(munged.socket()), HasSubstr("systemctl start munge"));
  EXPECT_THAT(error_of([&] { munged.munge().open(credential); }), away);
  EXPECT_THAT(error_of([&] { munged.munge().make("x", 60s, ::geteuid()); }), away);
}

}  // namespace
}  // namespace trainyard
