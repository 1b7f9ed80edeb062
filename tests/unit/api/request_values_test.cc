#include "daemon/api/request_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

using ::testing::HasSubstr;

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::invalid);
    return e.what();
  }
  return "nothing was thrown";
}

TEST(Query, GivesANumberWithinItsBounds) {
  EXPECT_EQ(integer_parameter({{"limit", "7"}}, "limit", 100, 1, 1000), 7);
  EXPECT_EQ(integer_parameter({}, "limit", 100, 1, 1000), 100);
  for (const char* wrong : {"0", "1001", "-1", "7x", "", " 7", "99999999999999999999"})
    EXPECT_THAT(message_of([&] {
                  integer_parameter({{"limit", wrong}}, "limit", 100, 1, 1000);
                }),
                HasSubstr("from 1 to 1000"))
        << wrong;
}

TEST(Query, TakesTimesAsSecondsOrAsPeopleWriteThem) {
  EXPECT_EQ(time_parameter({}, "since", "UTC"), std::nullopt);
  EXPECT_EQ(time_parameter({{"since", "1795426200"}}, "since", "UTC"), from_unix(1795426200));
  EXPECT_EQ(time_parameter({{"since", "2026-11"}}, "since", "Europe/Berlin"),
            parse_time("2026-10-31T23:00:00Z", "UTC"));
  EXPECT_EQ(message_of([] {
              time_parameter({{"since", "yesterday"}}, "since", "UTC");
            }).substr(0, 11),
            "\"yesterday\"");
}

TEST(Query, SplitsListsAtCommas) {
  EXPECT_EQ(list_parameter({{"by", "user,month"}}, "by"), (std::vector<std::string>{"user", "month"}));
  EXPECT_TRUE(list_parameter({{"by", ""}}, "by").empty());
}

TEST(ObjectBody, IsAnObjectOfKnownKeys) {
  EXPECT_EQ(object_body("{\"a\": 1}", {"a", "b"}), Json({{"a", 1}}));
  EXPECT_EQ(object_body("", {"a"}), Json::object());
  EXPECT_THAT(message_of([] { object_body("[1]", {"a"}); }), HasSubstr("an object is expected"));
  EXPECT_THAT(message_of([] { object_body("{", {"a"}); }), HasSubstr("not JSON"));
  EXPECT_THAT(message_of([] { object_body("{\"client_i\": 1}", {"client_id"}); }),
              HasSubstr("unknown key client_i; did you mean client_id?"));
}

TEST(ObjectBody, SurvivesAMillionBrackets) {
  EXPECT_THROW(object_body(std::string(1'000'000, '['), {"a"}), Error);
  EXPECT_THROW(object_body(std::string(500'000, '[') + std::string(500'000, ']'), {"a"}), Error);
}

}  // namespace
}  // namespace trainyard
