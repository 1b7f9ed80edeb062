// Users' directories on scratch, made by a daemon that may die at any point.
#include "daemon/steps/directories.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

constexpr std::uint32_t nobody = 65534;

std::uint32_t owner_of(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(::lstat(path.c_str(), &found), 0);
  return found.st_uid;
}

class AUsersDirectory : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  }
  TemporaryDirectory scratch_;
  Owner somebody_{nobody, nobody, "nobody"};
};

TEST_F(AUsersDirectory, BelongsToTheUser) {
  make_user_directory(scratch_.file("runs/7"), somebody_);
  EXPECT_EQ(owner_of(scratch_.file("runs")), ::geteuid());
  EXPECT_EQ(owner_of(scratch_.file("runs/7")), nobody);
}

TEST_F(AUsersDirectory, IsGivenAwayWhenADaemonDiedAfterItHadMadeIt) {
  ASSERT_EQ(::mkdir(scratch_.file("7").c_str(), 0700), 0);
  make_user_directory(scratch_.file("7"), somebody_);
  EXPECT_EQ(owner_of(scratch_.file("7")), nobody);
}

TEST_F(AUsersDirectory, IsLeftToTheUserItBelongsTo) {
  make_user_directory(scratch_.file("7"), somebody_);
  make_user_directory(scratch_.file("7"), Owner{nobody - 1, nobody - 1, "another"});
  EXPECT_EQ(owner_of(scratch_.file("7")), nobody);
}

}  // namespace
}  // namespace trainyard
