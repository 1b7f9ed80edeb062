#include "daemon/agent/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <tuple>

#include "daemon/base/digest.h"
#include "daemon/handover/claim.h"
#include "tests/unit/agent/agent_fixture.h"

namespace trainyard {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class Store : public testing::Test, protected AgentFixture {
 protected:
  Store() { file_ = write(launch({})); }
  void leave(const std::string& name, const std::string& bytes) {
    write_atomically(path("runs/7/attempts/1/" + name), bytes);
  }
  // Leaves the files of a job that claimed the attempt and whose program exited with 0.
  void execute() {
    take_claim(path("runs/7/attempts/1"), {"yard", 77, 0, "n1", from_unix(1), false});
    leave(layout::exit_file, to_json(ExitEvidence{}).dump());
  }
  mode_t mode_of(const std::string& name) const {
    struct stat status {};
    EXPECT_EQ(::stat(path(name).c_str(), &status), 0) << name;
    return status.st_mode & 07777;
  }
  Json receipt() const { return parse_json(bucket("results/training-7/receipt.json"), "receipt"); }
  StoreEvidence stored() const { return store_evidence_from_json(evidence(layout::stored_file)); }

  std::string file_;
};

TEST_F(Store, ResultsLogsAndMetricsGoOutWithAReceiptOfEach) {
  execute();
  leave("results/model.h5", "weights");
  leave("logs/training-log.txt", "hello");
  leave("logs/store-job.txt", "being written");
  leave("metrics.jsonl", "{}");
  EXPECT_EQ(store(file_), 0);
  EXPECT_EQ(bucket("results/training-7/results/model.h5"), "weights");
  EXPECT_TRUE(stored().ok);
  EXPECT_EQ(stored().objects, 3);
  EXPECT_EQ(stored().size_bytes, 14);
  const Json objects = receipt()["objects"];
  ASSERT_EQ(objects.size(), 3u);
  EXPECT_EQ(objects[2]["key"], "results/model.h5");
  EXPECT_EQ(objects[2]["sha256"], sha256("weights"));
  EXPECT_EQ(receipt()["training_id"], "training-7");
}

TEST_F(Store, ResultsAreAsOpenToOthersAsTheOwnersUmaskLeavesThem) {
  for (const auto& [umask, file, folder] :
       {std::tuple(022, 0644u, 0755u), {027, 0640u, 0750u}, {077, 0600u, 0700u}}) {
    SCOPED_TRACE(umask);
    Launch owners = launch({});
    owners.manifest.umask = umask;
    owners.manifest.results_target = url("of-" + std::to_string(umask) + "/");
    execute();
    leave("results/model.h5", "weights");
    EXPECT_EQ(store(write(owners)), 0);
    const std::string stored = "bucket/of-" + std::to_string(umask) + "/training-7";
    EXPECT_EQ(mode_of(stored + "/results/model.h5"), file);
    EXPECT_EQ(mode_of(stored + "/receipt.json"), file);
    EXPECT_EQ(mode_of(stored + "/results"), folder);
    EXPECT_EQ(mode_of(stored), folder);
    EXPECT_EQ(mode_of("runs/7/attempts/1/stored.json"), 0600u);
  }
}

TEST_F(Store, OfAnAttemptThatNobodyStartedOnlyTheReceiptGoes) {
  leave("logs/training-log.txt", "of nobody");
  leave(layout::settled_file, "");
  EXPECT_EQ(store(file_), 0);
  EXPECT_TRUE(receipt()["objects"].empty());
  EXPECT_FALSE(has("bucket/results/training-7/logs"));
}

TEST_F(Store, TheReceiptSaysHowTheProgramEnded) {
  execute();
  ExitEvidence exit;
  exit.exit_code = 3;
  leave(layout::exit_file, to_json(exit).dump());
  EXPECT_EQ(store(file_), 0);
  EXPECT_EQ(receipt()["exit_code"], 3);
}

TEST_F(Store, AnAttemptThatALaterOneReplacedPublishesNothing) {
  execute();
  leave("results/model.h5", "weights");
  std::filesystem::create_directories(path("runs/7/attempts/2"));
  EXPECT_EQ(store(file_), 0);
  EXPECT_FALSE(has("bucket/results"));
}

TEST_F(Store, OfAnAttemptWithoutEvidenceWaitsForTheDaemonsWord) {
  execute();
  leave("logs/training-log.txt", "its node is gone, or is it?");
  std::filesystem::remove(path("runs/7/attempts/1/exit.json"));
  EXPECT_EQ(store(file_), 75);
  EXPECT_TRUE(stored().try_again);
  EXPECT_FALSE(has("bucket/results"));
  leave(layout::settled_file, "");
  EXPECT_EQ(store(file_), 0);
  EXPECT_TRUE(has("bucket/results/training-7/logs/training-log.txt"));
}

TEST_F(Store, OfAFailedAttemptThatMayBeTriedAgainWaitsForTheDaemonsWord) {
  Launch again = launch({});
  again.may_be_tried_again = true;
  write(again);
  execute();
  ExitEvidence exit;
  exit.exit_code = 75;
  leave(layout::exit_file, to_json(exit).dump());
  EXPECT_EQ(store(file_), 75);
  EXPECT_FALSE(has("bucket/results"));
  exit.exit_code = 0;
  leave(layout::exit_file, to_json(exit).dump());
  EXPECT_EQ(store(file_), 0);
}

TEST_F(Store, TwiceIsAsGoodAsOnce) {
  execute();
  leave("results/model.h5", "weights");
  EXPECT_EQ(store(file_), 0);
  EXPECT_EQ(store(file_), 0);
  EXPECT_EQ(receipt()["objects"].size(), 1u);
}

TEST_F(Store, AgainSendsOnlyWhatIsNotInTheStoreAsItWas) {
  const std::vector<std::string> names{"changed", "lost", "other", "same"};
  execute();
  for (const std::string& name : names) leave("results/" + name, "first");
  EXPECT_EQ(store(file_), 0);
  const auto inode_of = [this](const std::string& name) {
    struct stat status {};
    EXPECT_EQ(::stat(path("bucket/results/training-7/results/" + name).c_str(), &status), 0) << name;
    return status.st_ino;
  };
  const auto before = inode_of("same");
  leave("results/changed", "later!");
  std::filesystem::remove(path("bucket/results/training-7/results/lost"));
  put("results/training-7/results/other", "xxxxx");
  EXPECT_EQ(store(file_), 0);
  EXPECT_EQ(inode_of("same"), before);
  EXPECT_EQ(bucket("results/training-7/results/changed"), "later!");
  EXPECT_EQ(bucket("results/training-7/results/lost"), "first");
  EXPECT_EQ(bucket("results/training-7/results/other"), "first");
  const Json objects = receipt()["objects"];
  for (const Json& object : objects)
    EXPECT_EQ(object["sha256"], sha256(bucket("results/training-7/" + object["key"].get<std::string>())));
}

TEST_F(Store, ThatCannotWriteItsJournalStoresAllTheSame) {
  execute();
  leave("results/model.h5", "weights");
  std::filesystem::create_directory(path("runs/7/attempts/1/storing"));
  EXPECT_EQ(store(file_), 0);
  EXPECT_EQ(bucket("results/training-7/results/model.h5"), "weights");
}

TEST_F(Store, ATargetThatIsRefusedSaysSo) {
  execute();
  write_atomically(path("bucket/results"), "a file where a folder is wanted");
  EXPECT_NE(store(file_, {1ms, 3ms}), 0);
  EXPECT_FALSE(stored().ok);
  EXPECT_THAT(stored().message, HasSubstr("bucket/results"));
}

}  // namespace
}  // namespace trainyard
