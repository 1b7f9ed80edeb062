// The subcommand fetch, with which users download results.
#include "daemon/agent/fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "daemon/base/progress_text.h"
#include "tests/unit/agent/agent_fixture.h"

namespace trainyard {
namespace {

using testing::HasSubstr;

class Fetching : public testing::Test, protected AgentFixture {
 protected:
  Fetching() {
    put("r/a.txt", "A");
    put("r/d/b.h5", "B");
    request_.url = url("r/");
    request_.directory = path("to");
  }

  void put_receipt() {
    const Json objects{{{"key", "a.txt"}, {"sha256", sha256("A")}},
                       {{"key", "d/b.h5"}, {"sha256", sha256("B")}}};
    put("r/receipt.json", Json{{"objects", objects}}.dump());
  }

  std::string refusal() {
    try {
      fetch(request_);
      return "";
    } catch (const Error& e) {
      return e.what();
    }
  }

  // Returns the names in the target folder.
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path("to")))
      found.push_back(entry.path().filename());
    std::sort(found.begin(), found.end());
    return found;
  }

  FetchRequest request_;
};

TEST_F(Fetching, BringsAllObjectsAndLeavesNothingElse) {
  EXPECT_EQ(fetch(request_), 0);
  EXPECT_EQ(read_file(path("to/d/b.h5")), "B");
  EXPECT_EQ(names(), (std::vector<std::string>{"a.txt", "d"}));
}

TEST_F(Fetching, BringsOnlyWhatMatches) {
  request_.pattern = "*.h5";
  EXPECT_EQ(fetch(request_), 0);
  EXPECT_EQ(names(), (std::vector<std::string>{"d"}));
  request_.pattern = "*.png";
  EXPECT_THAT(refusal(), HasSubstr("no object's name matches *.png"));
}

TEST_F(Fetching, DoesNothingInADryRun) {
  request_.is_dry_run = true;
  EXPECT_EQ(fetch(request_), 0);
  EXPECT_FALSE(has("to"));
}

TEST_F(Fetching, LeavesFilesAloneThatHaveTheContentsOfTheReceipt) {
  put_receipt();
  ASSERT_EQ(fetch(request_), 0);
  const auto before = std::filesystem::last_write_time(path("to/a.txt"));
  EXPECT_EQ(fetch(request_), 0);
  EXPECT_EQ(std::filesystem::last_write_time(path("to/a.txt")), before);
}

TEST_F(Fetching, ReplacesOtherContentsOnlyIfItIsTold) {
  put_receipt();
  request_.pattern = "a.txt";
  std::filesystem::create_directory(path("to"));
  write_atomically(path("to/a.txt"), "mine");
  EXPECT_THAT(refusal(), HasSubstr("might have other contents"));
  EXPECT_EQ(read_file(path("to/a.txt")), "mine");
  request_.overwrites = true;
  EXPECT_EQ(fetch(request_), 0);
  EXPECT_EQ(read_file(path("to/a.txt")), "A");
}

TEST_F(Fetching, WithoutAReceiptTakesAnExistingFileForAnother) {
  ASSERT_EQ(fetch(request_), 0);
  EXPECT_THAT(refusal(), HasSubstr("might have other contents"));
}

TEST_F(Fetching, CanBeRepeatedWhenItIsComplete) {
  put_receipt();
  ASSERT_EQ(fetch(request_), 0);
  EXPECT_EQ(fetch(request_), 0);
}

TEST(TheProgress, TellsShareRateAndTimeLeft) {
  EXPECT_EQ(progress_text({1 << 20, 4 << 20, 0, 2}), " 25 %  1.0 MiB of 4.0 MiB  512.0 KiB/s  0:06 left");
  EXPECT_EQ(progress_text({0, 4 << 20, 0, 2}), "  0 %  0 B of 4.0 MiB");
  EXPECT_EQ(progress_text({0, 0, 0, 0}), "100 %  0 B of 0 B");
}

TEST(TheProgress, OfATransferThatGoesOnHasTheRateOfItsOwnBytes) {
  EXPECT_EQ(progress_text({3 << 20, 4 << 20, 2 << 20, 2}),
            " 75 %  3.0 MiB of 4.0 MiB  512.0 KiB/s  0:02 left");
  EXPECT_EQ(progress_text({2 << 20, 4 << 20, 2 << 20, 2}), " 50 %  2.0 MiB of 4.0 MiB");
}

}  // namespace
}  // namespace trainyard
