#include "daemon/agent/checkpoint.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

class ACheckpoint : public testing::Test {
 protected:
  ACheckpoint() {
    fs::create_directories(before());
    fs::create_directories(attempt(2));
  }

  std::string attempt(int number) const { return directory_.file("attempts/" + std::to_string(number)); }
  std::string before(const std::string& name = "") const {
    return join_path(attempt(1) + "/checkpoint", name);
  }
  std::string after(const std::string& name = "") const {
    return join_path(attempt(2) + "/checkpoint", name);
  }
  void take_over() const { take_over_checkpoint(attempt(1) + "/checkpoint", attempt(2) + "/checkpoint"); }
  void write(const std::string& name, const std::string& text) const { write_atomically(before(name), text); }

  static struct stat status_of(const std::string& path) {
    struct stat found {};
    EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
    return found;
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(ACheckpoint, IsTakenOverWithItsFoldersModesAndTimes) {
  fs::create_directories(before("step-2"));
  write("step-2/weights", "w2");
  ASSERT_EQ(::chmod(before("step-2/weights").c_str(), 0440), 0);
  ASSERT_EQ(::chmod(before("step-2").c_str(), 0500), 0);
  const timespec then[] = {{1'700'000'000, 0}, {1'700'000'000, 5}};
  ASSERT_EQ(::utimensat(AT_FDCWD, before("step-2/weights").c_str(), then, 0), 0);
  take_over();
  EXPECT_EQ(read_file(after("step-2/weights")), "w2");
  EXPECT_EQ(status_of(after("step-2/weights")).st_mode & 07777, 0440u);
  EXPECT_EQ(status_of(after("step-2")).st_mode & 07777, 0500u);
  EXPECT_EQ(status_of(after("step-2/weights")).st_mtim.tv_sec, 1'700'000'000);
  EXPECT_EQ(read_file(before("step-2/weights")), "w2");
}

TEST_F(ACheckpoint, KeepsItsLinksAsTheyAre) {
  write("step-2", "w2");
  fs::create_symlink("step-2", before("latest"));
  fs::create_symlink("/nowhere/at/all", before("dangling"));
  fs::create_symlink("loop", before("loop"));
  fs::create_hard_link(before("step-2"), before("best"));
  take_over();
  EXPECT_EQ(fs::read_symlink(after("latest")), "step-2");
  EXPECT_EQ(read_file(after("latest")), "w2");
  EXPECT_EQ(fs::read_symlink(after("dangling")), "/nowhere/at/all");
  EXPECT_EQ(fs::read_symlink(after("loop")), "loop");
  EXPECT_EQ(status_of(after("best")).st_ino, status_of(after("step-2")).st_ino);
  EXPECT_NE(status_of(after("best")).st_ino, status_of(before("best")).st_ino);
}

TEST_F(ACheckpoint, ThatIsItselfALinkStaysOne) {
  fs::remove(before());
  fs::create_symlink("../elsewhere", attempt(1) + "/checkpoint");
  take_over();
  EXPECT_EQ(fs::read_symlink(attempt(2) + "/checkpoint"), "../elsewhere");
}

TEST_F(ACheckpoint, LeavesOutWhatIsNoFile) {
  write("weights", "w");
  ASSERT_EQ(::mkfifo(before("fifo").c_str(), 0600), 0);
  take_over();
  EXPECT_EQ(read_file(after("weights")), "w");
  EXPECT_FALSE(fs::exists(after("fifo")));
}

TEST_F(ACheckpoint, KeepsItsHoles) {
  write("sparse", "begin");
  ASSERT_EQ(::truncate(before("sparse").c_str(), off_t{100} << 30), 0);
  take_over();
  EXPECT_EQ(status_of(after("sparse")).st_size, off_t{100} << 30);
  EXPECT_LT(status_of(after("sparse")).st_blocks * 512, 1 << 20);
  EXPECT_EQ(read_range(after("sparse"), 0, 6), std::string("begin\0", 6));
}

TEST_F(ACheckpoint, IsBegunAnewWhereACopyWasKilled) {
  write("weights", "w");
  fs::create_directories(attempt(2) + "/checkpoint.being-copied/half");
  ASSERT_EQ(::chmod((attempt(2) + "/checkpoint.being-copied/half").c_str(), 0500), 0);
  take_over();
  EXPECT_EQ(read_file(after("weights")), "w");
  EXPECT_FALSE(fs::exists(attempt(2) + "/checkpoint.being-copied"));
}

TEST_F(ACheckpoint, OfOnesOwnIsNotReplaced) {
  write("weights", "old");
  fs::create_directories(after());
  write_atomically(after("weights"), "new");
  take_over();
  EXPECT_EQ(read_file(after("weights")), "new");
}

// Attempt 3 never began, because its node was lost, and so has no checkpoint.
TEST_F(ACheckpoint, IsThatOfTheNearestAttemptThatHasOne) {
  write("weights", "w");
  fs::create_directories(attempt(4));
  take_over_checkpoint(attempt(3) + "/checkpoint", attempt(4) + "/checkpoint");
  EXPECT_EQ(read_file(attempt(4) + "/checkpoint/weights"), "w");
}

TEST_F(ACheckpoint, OfNobodyIsNothing) {
  fs::remove(before());
  take_over();
  take_over_checkpoint("", attempt(2) + "/checkpoint");
  EXPECT_FALSE(fs::exists(after()));
}

}  // namespace
}  // namespace trainyard
