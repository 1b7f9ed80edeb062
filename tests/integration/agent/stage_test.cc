// Tests of `trainyard-agent stage` that is killed half-way, runs several times at once, or meets a full disk,
// and of `trainyard-agent fetch`.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <set>
#include <thread>

#include "daemon/agent/stage.h"
#include "tests/integration/agent/agent_process.h"
#include "tests/unit/agent/agent_fixture.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class StageProcess : public testing::Test, protected AgentFixture {
 protected:
  static std::string rows(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += std::to_string(i) + ".5," + std::to_string(i) + ",1\n";
    return text;
  }
};

// Returns true if the journal of the stage job notes a unit: its copy is on its way.
bool something_is_fetched(const std::string& journal) {
  const std::optional<std::string> text = read_file_if_there(journal);
  return text && std::count(text->begin(), text->end(), '\n') > 1;
}

// The source is a sparse file of 64 GiB, so that the agent is certain to be killed in the middle of the copy.
TEST_F(StageProcess, KilledInTheMiddleItLeavesNothingHalfVisible) {
  put("a", "half of it");
  ASSERT_EQ(::truncate(path("bucket/a").c_str(), off_t{64} << 30), 0);
  AgentProcess agent({"stage", write(stage_request("a", "raw"))});
  while (!something_is_fetched(path("data/staging/fetched"))) std::this_thread::yield();
  agent.signal(SIGKILL);
  EXPECT_EQ(agent.wait(), 128 + SIGKILL);
  EXPECT_FALSE(has("data/files"));
  EXPECT_FALSE(has("data/staged.json"));

  fs::remove(path("bucket/a"));
  put("a", "all of it");
  EXPECT_EQ(AgentProcess({"stage", write(stage_request("a", "raw"))}).wait(), 0);
  EXPECT_EQ(read_file(path("data/files/a")), "all of it");
}

TEST_F(StageProcess, ManyAtOnceDoNotHarmEachOther) {
  put("d/a.csv", rows(20'000));
  for (const char* format : {"csv", "raw"}) {
    const std::string file = write(stage_request("d/", format, {{"label", 2}}));
    AgentProcess first({"stage", file}), second({"stage", file}), third({"stage", file});
    EXPECT_EQ(first.wait() + second.wait() + third.wait(), 0);
    EXPECT_TRUE(staged().ok);
  }
  std::set<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(path("data")))
    names.insert(entry.path().filename());
  EXPECT_THAT(names, testing::ElementsAre("digests", "files", "sources.jsonl", "stage.json", "staged.json", "train.h5"));
}

// Mounts a tmpfs of 64 KiB that only this process and its children see. Returns false if the user may not
// mount.
bool mount_small_disk(const fs::path& folder) {
  return ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", folder.c_str(), "tmpfs", 0, "size=64k") == 0;
}

TEST_F(StageProcess, AFullDiskIsWorthAnotherTryAndLeavesNothing) {
  put("a.csv", rows(20'000));
  const StageRequest request = stage_request("a.csv", "csv", {{"label", 2}});
  if (!mount_small_disk(path("data"))) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(AgentProcess({"stage", write(request)}).wait(), 75);
  EXPECT_FALSE(staged().ok);
  EXPECT_TRUE(staged().try_again);
  EXPECT_THAT(staged().message, HasSubstr("data/staging/train.h5"));
  int entries = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(path("data"))) ++entries;
  EXPECT_EQ(entries, 4);  // sources.jsonl, stage.json, staged.json, staging
  ::umount(path("data").c_str());
}

TEST_F(StageProcess, FetchCopiesEverythingBelowAUrl) {
  put("r/results/model.h5", "weights");
  put("r/receipt.json", "{}");
  EXPECT_EQ(AgentProcess({"fetch", url("r/"), path("out"), "--json"}).wait(), 0);
  EXPECT_EQ(read_file(path("out/results/model.h5")), "weights");
  EXPECT_EQ(read_file(path("out/receipt.json")), "{}");
  EXPECT_EQ(AgentProcess({"fetch", url("none/"), path("out")}).wait(), 3);
}

}  // namespace
}  // namespace trainyard
