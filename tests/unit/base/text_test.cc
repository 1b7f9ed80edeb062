// Tests of reading whole numbers from text.
#include "daemon/base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

std::string refusal(std::string_view text, std::string_view object = "") {
  try {
    parse_whole_number(text, 1, 10, object);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::invalid);
    return e.what();
  }
  return "";
}

TEST(AWholeNumber, IsTheWholeOfATextOfDigits) {
  EXPECT_EQ(whole_number<int>("42"), 42);
  EXPECT_EQ(whole_number<int>("-7"), -7);
  for (const char* text : {"", "4x", " 4", "4 ", "+4", "0x4", "4.0", "-"})
    EXPECT_EQ(whole_number<int>(text), std::nullopt) << text;
}

TEST(AWholeNumber, LiesInItsTypeAndRange) {
  EXPECT_EQ(whole_number<std::uint8_t>("255"), 255);
  EXPECT_EQ(whole_number<std::uint8_t>("256"), std::nullopt);
  EXPECT_EQ(whole_number<std::uint8_t>("-1"), std::nullopt);
  EXPECT_EQ(whole_number(std::string_view("0"), 1, 10), std::nullopt);
  EXPECT_EQ(whole_number(std::string_view("10"), 1, 10), 10);
  EXPECT_EQ(whole_number(std::string_view("11"), 1, 10), std::nullopt);
}

TEST(AWholeNumber, ThatIsNoneIsRefusedWithItsObjectAndItsRange) {
  EXPECT_EQ(refusal("10"), "");
  EXPECT_EQ(refusal("ten"), "must be a whole number from 1 to 10");
  EXPECT_EQ(refusal("11", "--limit 11"), "--limit 11: must be a whole number from 1 to 10");
}

}  // namespace
}  // namespace trainyard
