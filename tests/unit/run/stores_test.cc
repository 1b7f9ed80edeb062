#include "daemon/run/stores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

using ::testing::HasSubstr;

Stores two_stores() {
  Stores stores;
  for (const char* name : {"cellar", "attic"}) stores.settings[name].name = name;
  stores.default_name = "cellar";
  return stores;
}

Manifest manifest_with(const std::string& source, const std::string& target) {
  Manifest manifest;
  manifest.data.emplace().source = source;
  manifest.results_target = target;
  return manifest;
}

std::string refusal(const Stores& stores, Manifest manifest) {
  try {
    choose_stores(stores, manifest);
    return "";
  } catch (const Error& e) {
    return e.what();
  }
}

TEST(AnS3Url, WithoutAStoreMeansTheDefaultOne) {
  Manifest manifest = manifest_with("s3://b/d/", "s3://b/r/");
  manifest.results_store.store = "attic";
  choose_stores(two_stores(), manifest);
  EXPECT_EQ(manifest.data->store.store, "cellar");
  EXPECT_EQ(manifest.results_store.store, "attic");
}

TEST(AnS3Url, OnASiteWithoutStoresMeansAmazons) {
  Manifest manifest = manifest_with("s3://b/d/", "s3://b/r/");
  choose_stores({}, manifest);
  EXPECT_EQ(manifest.data->store.store, "");
  EXPECT_EQ(access_to({}, manifest.data->store, "/s").settings, StoreSettings{});
}

TEST(AStore, ThatTheSiteDoesNotHaveIsRefusedWithThoseThatItHas) {
  Manifest manifest = manifest_with("s3://b/d/", "file:///r/");
  manifest.data->store.store = "shed";
  EXPECT_THAT(refusal(two_stores(), manifest),
              HasSubstr("data.store: shed: this site has no such store; its stores: attic, cellar"));
}

TEST(AStageJob, GetsItsShareOfTheBandwidth) {
  Stores stores = two_stores();
  stores.stage_limits["cellar"] = {.jobs = 4, .bytes_per_second = 1000};
  const StoreChoice cellar{"cellar", ""}, attic{"attic", ""};
  EXPECT_EQ(access_for_staging(stores, cellar, "/s").settings.bytes_per_second, 250);
  EXPECT_EQ(access_to(stores, cellar, "/s").settings.bytes_per_second, 0);
  EXPECT_EQ(access_for_staging(stores, attic, "/s").settings.bytes_per_second, 0);
}

TEST(AFolder, HasNoStoreAndNoCredentials) {
  Manifest manifest = manifest_with("file:///d/", "file:///r/");
  choose_stores(two_stores(), manifest);
  EXPECT_EQ(manifest.data->store, StoreChoice{});
  manifest.results_store.credentials = "mine";
  EXPECT_THAT(refusal(two_stores(), manifest), HasSubstr("results.credentials: means nothing for file://"));
}

TEST(ADataSet, IsInOneStore) {
  Manifest manifest = manifest_with("s3://b/d", "file:///r/");
  manifest.data->test_source = "file:///t";
  EXPECT_THAT(refusal(two_stores(), manifest), HasSubstr("file:///t: must be in the same store as s3://b/d"));
}

TEST(TheAccess, HasTheUsersFileAndTheStoresSettings) {
  const StoreAccess access = access_to(two_stores(), {"attic", "mine"}, "/scratch/ada");
  EXPECT_EQ(access.settings.name, "attic");
  EXPECT_EQ(access.credentials_file, "/scratch/ada/credentials");
  EXPECT_EQ(access.credential, "mine");
}

TEST(TheAccess, ToAStoreThatTheSiteNoLongerHasCanComeBack) {
  try {
    access_to({}, {"attic", ""}, "/s");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::unavailable);
  }
}

}  // namespace
}  // namespace trainyard
