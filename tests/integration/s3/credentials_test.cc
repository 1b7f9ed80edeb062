// How it is noticed that keys of the store are missing, or not accepted, and that there are others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/agent/stage.h"
#include "daemon/base/credentials_file.h"
#include "daemon/deputy/local_files.h"
#include "daemon/handover/layout.h"
#include "daemon/handover/source_list.h"
#include "tests/integration/s3/bucket.h"

namespace trainyard {
namespace {

using namespace testing;
using ::testing::HasSubstr;

// A user's part of scratch, on which the keys of the store's user are missing at first.
class UserWithoutKeys : public ::testing::Test {
 protected:
  UserWithoutKeys() {
    ::setenv("TRAINYARD_PLUGINDIR", S3_MODULE_FOLDER, 1);
    bucket_.add("d/a", "x");
  }

  StoreAccess access(const std::string& credential = "") const {
    StoreAccess access = access_to_sandbox();
    access.credentials_file = folder_.file("credentials");
    access.credential = credential;
    return access;
  }
  void add_keys(const std::string& name, Credential keys) const {
    write_credentials(folder_.file("credentials"), {{name, std::move(keys)}});
  }
  static Credential right_keys() {
    return read_credentials(environment("AWS_SHARED_CREDENTIALS_FILE")).at("default");
  }
  Error error_of_check(const std::string& url, const StoreAccess& access) {
    return error_of([&] { files_.check_credentials(url, access); });
  }

  Bucket bucket_;
  TemporaryDirectory folder_;
  LocalFiles files_{{folder_.path(), folder_.file("scratch"), {}}};
};

TEST_F(UserWithoutKeys, IsToldTheCommandThatAddsSome) {
  const Error unsigned_request = error_of_check(bucket_.url("d/"), access());
  EXPECT_EQ(unsigned_request.kind(), ErrorKind::no_credentials);
  EXPECT_THAT(unsigned_request.what(), HasSubstr("trainyard credential add sandbox"));
  const Error named = error_of_check(bucket_.url("d/"), access("mine"));
  EXPECT_EQ(named.kind(), ErrorKind::no_credentials);
  EXPECT_THAT(named.what(), HasSubstr("trainyard credential add mine"));
}

TEST_F(UserWithoutKeys, IsRefusedWithKeysThatTheStoreDoesNotKnow) {
  add_keys("sandbox", {"nobody", "x", ""});
  EXPECT_EQ(error_of_check(bucket_.url("d/"), access()).kind(), ErrorKind::no_credentials);
}

TEST_F(UserWithoutKeys, IsAcceptedAsSoonAsTheyAreAdded) {
  ASSERT_EQ(error_of_check(bucket_.url("d/"), access()).kind(), ErrorKind::no_credentials);
  add_keys("sandbox", right_keys());
  EXPECT_NO_THROW(files_.check_credentials(bucket_.url("d/"), access()));
  EXPECT_NO_THROW(files_.check_credentials(bucket_.url("nothing-is-here/"), access()));
  EXPECT_NO_THROW(files_.check_credentials("s3://no-such-bucket/", access()));
}

TEST_F(UserWithoutKeys, HasAStageJobThatSaysWhatItWaitsFor) {
  StageRequest request;
  request.directory = folder_.file("data");
  request.data.source = bucket_.url("d/");
  request.data.format = "raw";
  request.store = access("mine");
  std::filesystem::create_directories(request.directory);
  SourceListWriter list(request.directory, request.data);
  for (const Object& object : bucket_.store->list(bucket_.url("d/")))
    list.add(SourcePart::train, {object.url, object.key, object.etag, object.size_bytes});
  list.commit(folder_.file("data/") + layout::source_list);
  write_atomically(folder_.file("data/") + layout::stage_file, to_json(request).dump());
  EXPECT_EQ(stage(folder_.file("data/") + layout::stage_file), 4);
  const StageEvidence evidence =
      stage_evidence_from_json(read_json_file(folder_.file("data/") + layout::staged_file));
  EXPECT_TRUE(evidence.waits_for_credentials);
  EXPECT_THAT(evidence.message, HasSubstr("trainyard credential add mine"));

  add_keys("mine", right_keys());
  EXPECT_EQ(stage(folder_.file("data/") + layout::stage_file), 0);
}

}  // namespace
}  // namespace trainyard
