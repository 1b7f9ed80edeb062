// trainyard report usage: GPU time from the ledger, added up.
#include "daemon/base/clock.h"
#include "daemon/base/text.h"
#include "daemon/cli/arguments.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/usage_text.h"

namespace trainyard {
namespace {

// The current month unless told otherwise, in the daemon's zone: the one its accounts are kept in.
Period period_of(const Arguments& arguments, const std::string& zone) {
  Period period = month_bounds(month_of(now(), zone), zone);
  if (arguments.has("--since")) period.since = parse_time(arguments.text("--since"), zone);
  if (arguments.has("--until")) period.until = parse_time(arguments.text("--until"), zone);
  if (period.until <= period.since)
    throw Error(ErrorKind::invalid, "the period ends (" + format_local(period.until, zone) +
                                        ") before it begins (" + format_local(period.since, zone) +
                                        "); give --since and --until");
  return period;
}

int run_report_usage(Context& context, const Arguments& arguments) {
  std::vector<std::string> by = arguments.list("--by");
  if (by.empty()) by = {"user"};
  std::string zone = get<std::string>(context.daemon().get("/v1/status"), "time_zone");
  Period period = period_of(arguments, zone);
  Json report = context.daemon().get(
      "/v1/report/usage?by=" + url_escape(join(by, ",")) + "&since=" + std::to_string(to_unix(period.since)) +
      "&until=" + std::to_string(to_unix(period.until)) + "&zone=" + url_escape(zone));
  std::string format = arguments.has("--json") ? "json" : arguments.text("--format", "table");
  if (format == "json")
    context.print_json(report);
  else
    context.print(format == "csv" ? usage_csv(report) : usage_table(report));
  return 0;
}

}  // namespace

Command report_usage_command() {
  return {"report usage",
          "Report GPU time: who used how much",
          "GPU time is the GPUs of a job times the seconds it had them, from the ledger, to the "
          "second. The period is the current month unless --since and --until say otherwise; months "
          "are those of the daemon's time zone. Only operators see the use of others.",
          {},
          {{"--by,-b",
            "KEY",
            "a row for each (user); several make a row per combination",
            {"user", "account", "plan", "gpu", "month"},
            true},
           {"--since", "TIME", "from: 2026-11, 2026-11-23, 2026-11-23T10:30, today", {}},
           {"--until", "TIME", "up to, and without", {}},
           {"--format", "FORMAT", "how to print it (table)", {"table", "csv", "json"}},
           json_option()},
          {{"trainyard report usage", "this month, per user"},
           {"trainyard report usage --by account,month --since 2026-01 --format csv",
            "the year, for a spreadsheet"}},
          run_report_usage};
}

}  // namespace trainyard
