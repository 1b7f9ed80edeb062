// A staged data set is compared with what was noted when it was staged.
#include "daemon/agent/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/agent/stage.h"
#include "tests/unit/agent/agent_fixture.h"

namespace trainyard {
namespace {

using testing::HasSubstr;

class Verify : public testing::Test, protected AgentFixture {
 protected:
  void stage_files() {
    put("d/a.txt", "one");
    put("d/deep/b.txt", "three");
    ASSERT_EQ(stage(write(stage_request("d/", "raw"))), 0);
  }
  void stage_samples() {
    put("a.csv", "1,0\n2,1\n3,0\n");
    StageRequest request = stage_request("a.csv", "csv", {{"label", 1}});
    request.data.test_fraction = 0.4;
    ASSERT_EQ(stage(write(request)), 0);
  }
  // The request as the daemon's records make it.
  VerifyRequest request(bool is_raw) const {
    const StageEvidence evidence = staged();
    return {path("data"), is_raw, evidence.size_bytes, evidence.samples, evidence.test_samples, false};
  }
  Verification verified(bool is_raw) const { return compare_with_notes(request(is_raw)); }
  void change(const std::string& file, std::string_view bytes) {
    write_atomically(path("data/" + file), bytes);
  }
};

TEST_F(Verify, FindsFilesAsTheyWereStaged) {
  stage_files();
  EXPECT_FALSE(verified(true).is_damaged);
  EXPECT_EQ(verified(true).text, "compared: the sizes and SHA-256 of 2 files, 8 B");
}

TEST_F(Verify, FindsAFileWithOtherBytes) {
  stage_files();
  change("files/deep/b.txt", "THREE");
  EXPECT_TRUE(verified(true).is_damaged);
  EXPECT_THAT(verified(true).text,
              HasSubstr("files/deep/b.txt: 5 bytes from byte 0 on have another SHA-256"));
}

TEST_F(Verify, FindsAFileOfAnotherSize) {
  stage_files();
  change("files/a.txt", "on");
  EXPECT_TRUE(verified(true).is_damaged);
  EXPECT_THAT(verified(true).text, HasSubstr("files/a.txt: size in bytes: 2, but 3 were noted"));
}

TEST_F(Verify, FindsThatAFileIsMissing) {
  stage_files();
  std::filesystem::remove(path("data/files/a.txt"));
  EXPECT_TRUE(verified(true).is_damaged);
  EXPECT_THAT(verified(true).text, HasSubstr("files/a.txt"));
}

TEST_F(Verify, SaysWhenAnEarlierReleaseNotedNoDigests) {
  stage_files();
  std::filesystem::remove(path("data/digests"));
  change("files/a.txt", "ONE");
  EXPECT_FALSE(verified(true).is_damaged);
  EXPECT_THAT(verified(true).text, HasSubstr("Not compared: the contents"));
}

TEST_F(Verify, FindsAScratchFileAsItWasStagedAndSaysWhatItDidNotCompare) {
  stage_samples();
  EXPECT_FALSE(verified(false).is_damaged) << verified(false).text;
  EXPECT_THAT(verified(false).text, HasSubstr("2 + 1 samples, u8 of shape [1]"));
  EXPECT_THAT(verified(false).text, HasSubstr("Not compared: the samples themselves"));
}

TEST_F(Verify, FindsAScratchFileThatIsCutOff) {
  stage_samples();
  const VerifyRequest noted = request(false);
  std::filesystem::resize_file(path("data/train.h5"), 100);
  EXPECT_THAT(compare_with_notes(noted).text, HasSubstr("size in bytes: 100, but"));
  EXPECT_TRUE(compare_with_notes(noted).is_damaged);
}

TEST_F(Verify, FindsAScratchFileThatIsNoHdf5) {
  stage_samples();
  change("train.h5", std::string(static_cast<std::size_t>(staged().size_bytes), 'x'));
  EXPECT_TRUE(verified(false).is_damaged);
}

TEST_F(Verify, FindsAScratchFileWithOtherSamples) {
  stage_samples();
  VerifyRequest noted = request(false);
  ++noted.samples;
  EXPECT_THAT(compare_with_notes(noted).text, HasSubstr("training samples: 2, but 3 were noted"));
}

TEST_F(Verify, FindsThatTheFileIsGone) {
  stage_samples();
  const VerifyRequest noted = request(false);
  std::filesystem::remove(path("data/" + std::string(layout::dataset_file)));
  EXPECT_TRUE(compare_with_notes(noted).is_damaged);
}

// Then nothing is known of the data set, and the user must not be told to drop it.
TEST_F(Verify, DoesNotTakeAnUnmountedScratchForDamage) {
  stage_samples();
  const VerifyRequest noted = request(false);
  std::filesystem::remove_all(path("data"));
  EXPECT_THROW(compare_with_notes(noted), Error);
}

}  // namespace
}  // namespace trainyard
