#include "daemon/base/directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/base/error.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

class Folders : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return directory_.file(name); }
  static unsigned mode_of(const std::string& path) {
    struct stat found {};
    EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
    return found.st_mode & 07777;
  }

  TemporaryDirectory directory_;
};

TEST_F(Folders, AreMadeWithThoseOnTheWay) {
  for (int i = 0; i < 2; ++i) make_directories(path("a/b/c"));
  EXPECT_TRUE(fs::is_directory(path("a/b/c")));
  EXPECT_EQ(mode_of(path("a/b")), 0700u);
}

TEST_F(Folders, AreNotMadeBelowAFile) {
  write_atomically(path("file"), "text");
  EXPECT_THROW(make_directories(path("file/a")), Error);
  EXPECT_EQ(read_file(path("file")), "text");
}

TEST_F(Folders, AreRemovedWithAllThatIsInThem) {
  make_directories(path("a/b"));
  write_atomically(path("a/b/file"), "text");
  remove_tree(path("a"));
  EXPECT_FALSE(fs::exists(path("a")));
  remove_tree(path("a"));
  remove_tree(path("nowhere/a"));
}

TEST_F(Folders, AreRemovedAndWhatTheirLinksLeadToStays) {
  make_directories(path("a"));
  make_directories(path("elsewhere"));
  write_atomically(path("elsewhere/file"), "text");
  fs::create_symlink("../elsewhere", path("a/link"));
  fs::create_symlink("elsewhere", path("link"));
  remove_tree(path("a"));
  remove_tree(path("link"));
  EXPECT_FALSE(fs::exists(path("a")));
  EXPECT_FALSE(fs::is_symlink(path("link")));
  EXPECT_EQ(read_file(path("elsewhere/file")), "text");
}

TEST_F(Folders, ThatAreDeeperThanAnyPathAreRemoved) {
  const std::string name(200, 'd');
  const fs::path before = fs::current_path();
  make_directory(path("deep"));
  fs::current_path(path("deep"));
  for (int i = 0; i < 40; ++i) {
    make_directory(name);
    fs::current_path(name);
  }
  fs::current_path(before);
  remove_tree(path("deep"));
  EXPECT_FALSE(fs::exists(path("deep")));
}

TEST_F(Folders, AreNotAFile) {
  make_directory(path("a"));
  EXPECT_THROW(remove_file(path("a")), Error);
  EXPECT_TRUE(fs::exists(path("a")));
  write_atomically(path("file"), "text");
  for (int i = 0; i < 2; ++i) remove_file(path("file"));
  EXPECT_FALSE(fs::exists(path("file")));
}

}  // namespace
}  // namespace trainyard
