#include "plugins/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

using testing::HasSubstr;

// Loads the modules of this build; meson.build defines FILE_MODULE_FOLDER.
TEST(Loader, OpensAStoreByTheSchemeOfItsUrl) {
  ::setenv("TRAINYARD_PLUGINDIR", FILE_MODULE_FOLDER, 1);
  auto store = load_object_store("file:///nowhere/x", {});
  EXPECT_THROW(store->list("file:///nowhere/x"), Error);  // an Error from the module is caught here as Error
}

TEST(Loader, OpensAFormatByItsName) {
  ::setenv("TRAINYARD_PLUGINDIR", FORMAT_MODULE_FOLDER, 1);
  EXPECT_NE(load_dataset_format("csv"), nullptr);
  EXPECT_NE(load_dataset_format("idx"), nullptr);
}

TEST(Loader, NamesTheFileAndThePackageThatAreMissing) {
  ::setenv("TRAINYARD_PLUGINDIR", FILE_MODULE_FOLDER, 1);
  try {
    load_object_store("tape://shelf/key", {});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::not_found);
    EXPECT_THAT(e.what(), HasSubstr("store-tape.so"));
    EXPECT_THAT(e.what(), HasSubstr("trainyard-store-tape"));
  }
}

TEST(Loader, ANameCannotLeadOutOfTheFolder) {
  EXPECT_THROW(load_dataset_format("../../x"), Error);
  EXPECT_THROW(load_object_store("no url", {}), Error);
}

}  // namespace
}  // namespace trainyard
