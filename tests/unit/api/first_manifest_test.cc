// Tests that the manifests of `trainyard init` are accepted unchanged, once their data are in place.
#include "daemon/cli/first_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/base/fd.h"
#include "daemon/manifest/read_manifest.h"
#include "tests/unit/api/office.h"

namespace trainyard {
namespace {

using ::testing::HasSubstr;

class AFirstManifest : public ::testing::Test {
 protected:
  AFirstManifest() { std::filesystem::create_directory(folder_); }

  Response submit(const std::string& manifest) {
    const Json body{{"client_id", "first"}, {"file", "training.toml"}, {"manifest", manifest}};
    return office_.ask(::geteuid(), "POST", "/v1/runs", body.dump());
  }

  static auto program_of(const std::string& text) {
    return read_manifest(text, "training.toml").at(0).program;
  }

  testing::Office office_;
  const std::string folder_ = office_.path("a \"first\" try");
};

TEST_F(AFirstManifest, IsAcceptedOnceItsDataAreThere) {
  const Response before = submit(first_train_manifest(folder_));
  EXPECT_EQ(before.status, 404);
  EXPECT_THAT(before.body, HasSubstr("digits.csv"));
  write_atomically(folder_ + "/digits.csv", std::string(64 * 2, '1') + "\n");
  const Response after = submit(first_train_manifest(folder_));
  EXPECT_EQ(after.status, 201) << after.body;
}

TEST_F(AFirstManifest, ForAProgramOfOnesOwnIsAcceptedAtOnce) {
  const Response response = submit(first_command_manifest(folder_));
  EXPECT_EQ(response.status, 201) << response.body;
}

TEST_F(AFirstManifest, AsksForNoGpuAndForNothingThatThisReleaseLacks) {
  for (const std::string& text : {first_train_manifest(folder_), first_command_manifest(folder_)}) {
    const Manifest manifest = read_manifest(text, "training.toml").at(0);
    EXPECT_EQ(manifest.resources.gpus(), 0);
    EXPECT_EQ(manifest.results_target, "file://" + folder_ + "/results/");
  }
  EXPECT_EQ(std::get<TrainSpec>(program_of(first_train_manifest(folder_))).device, "cpu");
  EXPECT_EQ(std::get<CommandSpec>(program_of(first_command_manifest(folder_))).code, "");
}

TEST(AFolder, ThatNoUrlCanNameIsRefusedWithARemedy) {
  try {
    first_train_manifest("/home/ada/a\nb");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::invalid);
    EXPECT_THAT(e.what(), HasSubstr("write the manifest into another folder"));
  }
}

}  // namespace
}  // namespace trainyard
