#include "daemon/deputy/scratch_root.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/base/error.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

using ::testing::HasSubstr;

class Scratch : public ::testing::Test {
 protected:
  std::string error() {
    try {
      enter_scratch(root_);
      return "";
    } catch (const Error& e) {
      return std::string(to_string(e.kind())) + ": " + e.what();
    }
  }
  TemporaryDirectory site_;
  ScratchRoot root_{site_.path(), site_.file("ada/trainyard/1f3a"), {}};
};

TEST_F(Scratch, IsMadeForItsUserAlone) {
  ScratchState state = enter_scratch(root_);
  EXPECT_FALSE(state.was_purged);
  struct stat found {};
  ASSERT_EQ(::lstat(root_.path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0700u);
  EXPECT_EQ(state.mount, mount_of(site_.path()));
}

TEST_F(Scratch, IsMadeAgainWhereTheRightFileSystemWasEmptied) {
  root_.mount = enter_scratch(root_).mount;
  EXPECT_FALSE(enter_scratch(root_).was_purged);
  std::filesystem::remove_all(site_.file("ada"));
  EXPECT_TRUE(enter_scratch(root_).was_purged);
}

TEST_F(Scratch, IsAwayWhereAnotherFileSystemIsMounted) {
  root_.mount = Mount{"10.0.0.5:/scratch", "nfs4"};
  EXPECT_THAT(error(), HasSubstr("unavailable: "));
  EXPECT_THAT(error(), HasSubstr("there should be 10.0.0.5:/scratch (nfs4)"));
  EXPECT_FALSE(std::filesystem::exists(site_.file("ada")));
}

TEST_F(Scratch, IsRefusedWhereEverybodyMayWriteToAFolderOfIt) {
  std::filesystem::create_directories(site_.file("ada"));
  ASSERT_EQ(::chmod(site_.file("ada").c_str(), 0777), 0);
  EXPECT_THAT(error(), HasSubstr("denied: " + site_.file("ada") + ": everybody may write to it"));
}

TEST_F(Scratch, IsRefusedWhereAFolderOfItIsALink) {
  std::filesystem::create_directories(site_.file("elsewhere"));
  std::filesystem::create_symlink(site_.file("elsewhere"), site_.file("ada"));
  EXPECT_THAT(error(), HasSubstr("denied: " + site_.file("ada") + ": is no folder (a link?)"));
}

TEST_F(Scratch, IsRefusedWhereAFolderOfItBelongsToSomebodyElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives folders away";
  constexpr uid_t nobody = 65534;
  std::filesystem::create_directories(site_.file("ada"));
  ASSERT_EQ(::chown(site_.file("ada").c_str(), nobody, nobody), 0);
  EXPECT_THAT(error(), HasSubstr("denied: " + site_.file("ada") + ": belongs to uid 65534"));
}

TEST(MountOf, IsThatOfTheDeepestMountPoint) {
  EXPECT_EQ(mount_of("/proc/self/fd").type, "proc");
  EXPECT_NE(mount_of("/").source, "");
  EXPECT_EQ(mount_of("/not/there"), mount_of("/"));
}

}  // namespace
}  // namespace trainyard
