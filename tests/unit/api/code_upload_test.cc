// Uploads of code: who sees them, which are refused, and what a full disk leaves of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/base/digest.h"
#include "tests/fakes/full_disk.h"
#include "tests/unit/api/office.h"

namespace trainyard {
namespace {

using ::testing::HasSubstr;
using testing::Office;

const uid_t uploader = ::geteuid();
constexpr uid_t another_user = 65534;

class CodeUpload : public ::testing::Test {
 protected:
  Office office_;
};

TEST_F(CodeUpload, IsKeptForItsUploaderAlone) {
  std::string path = "/v1/code/" + sha256("the code");
  EXPECT_EQ(office_.ask(uploader, "HEAD", path).status, 404);
  Response first = office_.ask(uploader, "PUT", path, "the code");
  EXPECT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(parse_json(first.body, "first"), Json({{"digest", sha256("the code")}, {"size_bytes", 8}}));
  EXPECT_EQ(office_.ask(uploader, "PUT", path, "the code").status, 200);
  EXPECT_EQ(office_.ask(uploader, "HEAD", path).status, 200);
  EXPECT_EQ(office_.ask(another_user, "HEAD", path).status, 404);
}

TEST_F(CodeUpload, LeavesNothingWhenItsDigestIsAnother) {
  std::string path = "/v1/code/" + sha256("the code");
  EXPECT_EQ(office_.ask(uploader, "PUT", path, "other code").status, 400);
  EXPECT_EQ(office_.ask(uploader, "HEAD", path).status, 404);
  EXPECT_TRUE(std::filesystem::is_empty(office_.path("state")));
}

TEST_F(CodeUpload, IsRefusedWhenItIsTooLargeAndTheSettingIsNamed) {
  std::string large(1001, 'x');
  Response response = office_.ask(uploader, "PUT", "/v1/code/" + sha256(large), large);
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("max_code_size"));
}

TEST_F(CodeUpload, IsRefusedWhenItsDigestWouldLeadOutOfTheFolder) {
  for (const char* digest : {"..", "%2e%2e", "ABCDEF", ""})
    EXPECT_GE(office_.ask(uploader, "PUT", std::string("/v1/code/") + digest, "x").status, 400) << digest;
}

TEST_F(CodeUpload, ThatTheDaemonsDiskHasNoRoomForIsAnsweredAndCanBeTriedAgain) {
  const std::string path = "/v1/code/" + sha256("the code");
  {
    const FullDisk full;
    const Response response = office_.ask(uploader, "PUT", path, "the code");
    EXPECT_EQ(response.status, 503) << response.body;
  }
  EXPECT_EQ(office_.ask(uploader, "HEAD", path).status, 404);
  EXPECT_TRUE(std::filesystem::is_empty(office_.path("state")));
  EXPECT_EQ(office_.ask(uploader, "PUT", path, "the code").status, 201);
}

}  // namespace
}  // namespace trainyard
