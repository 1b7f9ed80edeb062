#include "daemon/base/json_fields.h"

#include <gtest/gtest.h>

#include "daemon/base/error.h"
#include "daemon/base/json.h"

namespace trainyard {
namespace {

const Json object{{"a", 7},
                  {"inner", {{"list", {1, {{"x", "]"}}, 3}}, {"name", "ada"}, {"less", -12}}},
                  {"real", 1.5},
                  {"text", "Zürich, \n\u0001 \"}]\\"}};

class FieldsOfJson : public ::testing::Test {
 protected:
  FieldsOfJson() { fields_.read(object.dump(), "a test"); }
  JsonFields fields_;
};

TEST_F(FieldsOfJson, AreFoundWhereverTheyAre) {
  EXPECT_EQ(fields_.integer("/a"), 7);
  EXPECT_EQ(fields_.text("/text"), object.at("text"));
  EXPECT_EQ(fields_.text("/inner/name"), "ada");
  EXPECT_EQ(fields_.integer("/inner/less"), -12);
  EXPECT_EQ(fields_.text("/inner/list/1/x"), "]");
}

TEST_F(FieldsOfJson, ThatAreNotThereOrOfAnotherKindAreEmpty) {
  EXPECT_EQ(fields_.text("/b"), "");
  EXPECT_EQ(fields_.text("/b/c"), "");
  EXPECT_EQ(fields_.integer("/b"), 0);
  EXPECT_EQ(fields_.text("/a"), "");
  EXPECT_EQ(fields_.text("/a/b"), "");
  EXPECT_EQ(fields_.integer("/text"), 0);
  EXPECT_EQ(fields_.integer("/real"), 0);
}

TEST_F(FieldsOfJson, AreThoseOfTheLastText) {
  fields_.read("{\"a\":\"later\"}", "a test");
  EXPECT_EQ(fields_.text("/a"), "later");
  EXPECT_EQ(fields_.text("/text"), "");
}

TEST_F(FieldsOfJson, OfTextThatBreaksOffAreAnErrorThatNamesItsSource) {
  const std::string text = object.dump();
  for (std::size_t size = 0; size < text.size(); ++size) {
    try {
      fields_.read(text.substr(0, size), "the ledger");
      FAIL() << "taken: " << text.substr(0, size);
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::invalid);
      EXPECT_TRUE(std::string(e.what()).starts_with("the ledger: ")) << e.what();
    }
  }
}

}  // namespace
}  // namespace trainyard
