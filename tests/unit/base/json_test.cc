// Tests of parsing JSON from untrusted senders: limits, and the messages of refusals.
#include "daemon/base/json.h"

#include <gtest/gtest.h>

#include <string>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

template <class Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid);
    return error.what();
  }
  return "";
}

std::string refusal_of(const std::string& text) {
  return refusal([&] { parse_json(text, "the body"); });
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, IsReadAsDeepAsItMayBe) {
  EXPECT_EQ(parse_json(nested(most_json_nesting), "t").dump(), nested(64));
}

TEST(Json, NestedDeeperIsRefusedBeforeItIsParsed) {
  const std::string why = "the body: lists and objects nested deeper than 64 levels";
  EXPECT_EQ(refusal_of(nested(65)), why);
  EXPECT_EQ(refusal_of("{\"manifest\":\"\",\"set\":" + nested(500'000) + "}"), why);
  EXPECT_EQ(refusal_of(std::string(200'000, '[')), why);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  EXPECT_EQ(refusal_of(objects), why);
}

TEST(Json, BracketsInsideTextsDoNotCount) {
  EXPECT_EQ(parse_json("\"" + std::string(1000, '[') + "\"", "t").get<std::string>().size(), 1000U);
  EXPECT_EQ(parse_json(R"(["\"[", "\\", [1]])", "t").size(), 3U);
  std::string beside = "[";
  for (int i = 0; i < 1000; ++i) beside += "[],{},";
  EXPECT_EQ(parse_json(beside + "1]", "t").size(), 2001U);
}

TEST(Json, ThatBreaksIsRefusedWithThePlace) {
  EXPECT_EQ(refusal_of("[1,"), "the body: not JSON at byte 4");
  EXPECT_EQ(refusal_of(""), "the body: not JSON at byte 1");
  EXPECT_EQ(refusal_of("\"\xff\""), "the body: not JSON at byte 2");
  EXPECT_EQ(refusal_of(std::string("\0\0", 2)), "the body: not JSON at byte 1");
  EXPECT_EQ(refusal_of("\"\\"), "the body: not JSON at byte 3");
}

TEST(Json, ANumberThatNoDoubleHoldsIsRefused) {
  EXPECT_EQ(refusal_of(R"({"x":1e999})"), "the body: holds a number that is too large");
  EXPECT_EQ(refusal_of("-1e999"), "the body: holds a number that is too large");
  EXPECT_EQ(refusal_of("NaN"), "the body: not JSON at byte 1");
}

std::string refusal_of_integer(const std::string& value) {
  const Json object = parse_json("{\"n\":" + value + "}", "the test");
  return refusal([&] { get<std::int64_t>(object, "n"); });
}

TEST(AWholeNumber, IsTakenOnlyAsItWasMeant) {
  EXPECT_EQ(get<std::int64_t>(parse_json(R"({"n":9223372036854775807})", "t"), "n"), 9223372036854775807);
  EXPECT_EQ(get<std::int64_t>(parse_json(R"({"n":-9223372036854775808})", "t"), "n"),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(refusal_of_integer("9223372036854775808"), "n: is out of range");
  EXPECT_EQ(refusal_of_integer("99999999999999999999999"), "n: a whole number is expected");
  EXPECT_EQ(refusal_of_integer("1.5"), "n: a whole number is expected");
  EXPECT_EQ(refusal_of_integer("\"7\""), "n: a whole number is expected");
  EXPECT_EQ(refusal_of_integer("[1]"), "n: a whole number is expected");
}

TEST(AWholeNumber, MayBeBounded) {
  const Json object{{"n", 7}};
  EXPECT_EQ(get_between(object, "n", 7, 7), 7);
  EXPECT_EQ(refusal([&] { get_between(object, "n", 8, 9); }), "n: must be from 8 to 9, not 7");
  EXPECT_EQ(refusal([&] { get_between(object, "n", 0, 6); }), "n: must be from 0 to 6, not 7");
}

TEST(AMember, OfAnotherTypeIsRefusedByName) {
  const Json object{{"text", 1}, {"flag", "yes"}, {"number", Json::array()}};
  EXPECT_EQ(refusal([&] { get<std::string>(object, "text"); }), "text: unexpected number");
  EXPECT_EQ(refusal([&] { get<bool>(object, "flag"); }), "flag: unexpected string");
  EXPECT_EQ(refusal([&] { get<double>(object, "number"); }), "number: unexpected array");
  EXPECT_EQ(refusal([&] { get<bool>(object, "other"); }), "other: missing");
}

}  // namespace
}  // namespace trainyard
