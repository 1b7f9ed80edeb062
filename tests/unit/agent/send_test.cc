// The subcommand send, with which users upload files.
#include "daemon/agent/send.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "daemon/agent/source_files.h"
#include "daemon/base/error.h"
#include "tests/unit/agent/agent_fixture.h"

namespace trainyard {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

class Sending : public testing::Test, protected AgentFixture {
 protected:
  Sending() {
    write_file_of("from/a.txt", "A");
    write_file_of("from/d/b.h5", "B");
    write_file_of("from/d/.hidden", "H");
    request_.path = path("from");
    request_.url = url("to");
  }

  void write_file_of(const std::string& name, std::string_view bytes) const {
    fs::create_directories(path(name).parent_path());
    write_atomically(path(name), bytes);
  }

  std::string refusal() const {
    try {
      send(request_);
      return "";
    } catch (const Error& e) {
      return e.what();
    }
  }

  auto time_of(const std::string& name) const { return fs::last_write_time(path("bucket/to/" + name)); }

  SendRequest request_;
};

TEST_F(Sending, StoresAllFilesOfAFolder) {
  EXPECT_EQ(send(request_), 0);
  EXPECT_EQ(bucket("to/a.txt"), "A");
  EXPECT_EQ(bucket("to/d/b.h5"), "B");
  EXPECT_EQ(bucket("to/d/.hidden"), "H");
}

TEST_F(Sending, StoresAFileUnderItsName) {
  request_.path = path("from/d/b.h5");
  EXPECT_EQ(send(request_), 0);
  EXPECT_EQ(bucket("to/b.h5"), "B");
}

TEST_F(Sending, DoesNothingInADryRun) {
  request_.is_dry_run = true;
  EXPECT_EQ(send(request_), 0);
  EXPECT_FALSE(has("bucket/to"));
}

TEST_F(Sending, StoresOnlyWhatIsMissing) {
  send(request_);
  fs::remove(path("bucket/to/d/b.h5"));
  const auto before = time_of("a.txt");
  EXPECT_EQ(send(request_), 0);
  EXPECT_EQ(bucket("to/d/b.h5"), "B");
  EXPECT_EQ(time_of("a.txt"), before);
}

TEST_F(Sending, NamesAllObjectsWithOtherContentsAndStoresNothing) {
  put("to/a.txt", "other");
  put("to/d/.hidden", "h");
  EXPECT_THAT(refusal(), AllOf(HasSubstr(url("to/a.txt")), HasSubstr(url("to/d/.hidden")),
                               HasSubstr("nothing was stored"), HasSubstr("--overwrite")));
  EXPECT_FALSE(has("bucket/to/d/b.h5"));
  EXPECT_EQ(bucket("to/a.txt"), "other");
  request_.overwrites = true;
  EXPECT_EQ(send(request_), 0);
  EXPECT_EQ(bucket("to/a.txt"), "A");
  EXPECT_EQ(bucket("to/d/.hidden"), "H");
}

TEST_F(Sending, DoesNotReplaceAFolder) {
  put("to/a.txt/x", "1");
  EXPECT_THAT(refusal(), HasSubstr("is not a file"));
  EXPECT_FALSE(has("bucket/to/d"));
}

TEST_F(Sending, LeavesOutLinksUnlessTheyStandForAFileOfTheFolder) {
  write_file_of("secret", "S");
  fs::create_symlink(path("secret"), path("from/out"));
  fs::create_symlink("..", path("from/up"));
  fs::create_symlink("d", path("from/folder"));
  fs::create_symlink("none", path("from/broken"));
  fs::create_symlink("d/b.h5", path("from/inside"));
  const SourceFiles found = source_files(path("from"));
  std::vector<std::string> keys, left_out;
  for (const SourceFile& file : found.files) keys.push_back(file.key);
  for (const SourceFiles::LeftOut& link : found.left_out)
    left_out.push_back(fs::path(link.path).filename().string() + ": " + link.reason);
  std::ranges::sort(left_out);
  EXPECT_THAT(keys, ElementsAre("a.txt", "d/.hidden", "d/b.h5", "inside"));
  EXPECT_THAT(left_out,
              ElementsAre("broken: a link that leads nowhere", "folder: a link to something else than a file",
                          "out: a link that leads out of " + path("from").string(),
                          "up: a link that leads out of " + path("from").string()));
  EXPECT_EQ(send(request_), 0);
  EXPECT_EQ(bucket("to/inside"), "B");
  EXPECT_FALSE(has("bucket/to/out"));
}

TEST_F(Sending, RefusesWhatIsNoFileByName) {
  ASSERT_EQ(::mkfifo(path("from/d/fifo").c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo(path("from/other").c_str(), 0600), 0);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("from/d/fifo: is a FIFO"), HasSubstr("from/other: is a FIFO")));
  EXPECT_FALSE(has("bucket/to"));
  request_.path = path("from/other");
  EXPECT_THAT(refusal(), HasSubstr("is neither a file nor a folder"));
}

TEST_F(Sending, NamesAPathThatIsNotThereOrHasNoFiles) {
  request_.path = path("none");
  EXPECT_THAT(refusal(), HasSubstr("none: No such file"));
  fs::create_directory(path("none"));
  EXPECT_THAT(refusal(), HasSubstr("none: has no files"));
}

}  // namespace
}  // namespace trainyard
