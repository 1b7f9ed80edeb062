// Tests that MonthCalendar gives the same months as month_of() and month_bounds().
#include "daemon/base/clock.h"

#include <gtest/gtest.h>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

TEST(MonthCalendar, HasTheMonthsOfItsZone) {
  for (const char* zone : {"UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Apia"}) {
    MonthCalendar calendar(zone);
    // Forwards in steps of about half a day, then back by nine days, so that it also looks up months it
    // knows.
    for (std::int64_t step : {40'000, -777'777})
      for (std::int64_t i = 0; i < 2000; ++i) {
        UtcSeconds time = from_unix(1'760'000'000 + i * step);
        const MonthCalendar::Month& month = calendar.month_with(time);
        ASSERT_EQ(month.name, month_of(time, zone)) << format_utc(time);
        ASSERT_EQ(month.period, month_bounds(month.name, zone)) << format_utc(time);
      }
  }
}

TEST(MonthCalendar, PutsTheFirstSecondIntoItsMonthAndTheSecondBeforeIntoTheOther) {
  MonthCalendar calendar("Europe/Berlin");
  UtcSeconds midnight = month_bounds("2026-11", "Europe/Berlin").since;
  EXPECT_EQ(calendar.month_with(midnight).name, "2026-11");
  EXPECT_EQ(calendar.month_with(midnight - std::chrono::seconds(1)).name, "2026-10");
}

TEST(MonthCalendar, OfAnUnknownZoneIsRefused) {
  EXPECT_THROW(MonthCalendar("Europe/Atlantis").month_with(from_unix(0)), Error);
}

}  // namespace
}  // namespace trainyard
