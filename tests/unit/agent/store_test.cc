#include "daemon/agent/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/agent/claim.h"
#include "daemon/base/digest.h"
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
  void claim() { take_claim(path("runs/7/attempts/1"), {"yard", 77, 0, "n1", from_unix(1)}); }
  Json receipt() const { return parse_json(bucket("results/training-7/receipt.json"), "receipt"); }
  StoreEvidence stored() const { return store_evidence_from_json(evidence(layout::stored_file)); }

  std::string file_;
};

TEST_F(Store, ResultsLogsAndMetricsGoOutWithAReceiptOfEach) {
  claim();
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

TEST_F(Store, OfAnAttemptThatNobodyStartedOnlyTheReceiptGoes) {
  leave("logs/training-log.txt", "of nobody");
  EXPECT_EQ(store(file_), 0);
  EXPECT_TRUE(receipt()["objects"].empty());
  EXPECT_FALSE(has("bucket/results/training-7/logs"));
}

TEST_F(Store, TheReceiptSaysHowTheProgramEnded) {
  claim();
  ExitEvidence exit;
  exit.exit_code = 3;
  leave(layout::exit_file, to_json(exit).dump());
  EXPECT_EQ(store(file_), 0);
  EXPECT_EQ(receipt()["exit_code"], 3);
}

TEST_F(Store, AnAttemptThatALaterOneReplacedPublishesNothing) {
  claim();
  leave("results/model.h5", "weights");
  std::filesystem::create_directories(path("runs/7/attempts/2"));
  EXPECT_EQ(store(file_), 0);
  EXPECT_FALSE(has("bucket/results"));
}

TEST_F(Store, TwiceIsAsGoodAsOnce) {
  claim();
  leave("results/model.h5", "weights");
  EXPECT_EQ(store(file_), 0);
  EXPECT_EQ(store(file_), 0);
  EXPECT_EQ(receipt()["objects"].size(), 1u);
}

TEST_F(Store, ATargetThatIsRefusedSaysSo) {
  claim();
  write_atomically(path("bucket/results"), "a file where a folder is wanted");
  EXPECT_NE(store(file_, {1ms, 3ms}), 0);
  EXPECT_FALSE(stored().ok);
  EXPECT_THAT(stored().message, HasSubstr("bucket/results"));
}

}  // namespace
}  // namespace trainyard
