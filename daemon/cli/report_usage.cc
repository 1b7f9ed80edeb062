// trainyard report usage: prints the GPU time from the ledger, added up.
#include "daemon/base/clock.h"
#include "daemon/base/command_line.h"
#include "daemon/base/text.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/usage_report_text.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

// Returns the period to report on. The default is the current month in the daemon's time zone, because the
// daemon keeps its accounts in months.
Period period_of(const Arguments& arguments, const std::string& zone, const std::string& daemon_zone) {
  Period period = month_bounds(month_of(now(), daemon_zone), daemon_zone);
  if (arguments.has("--since")) period.since = time_given(arguments.text("--since"), zone);
  if (arguments.has("--until")) period.until = time_given(arguments.text("--until"), zone);
  if (period.until <= period.since)
    throw Error(ErrorKind::invalid, "the period ends (" + format_local(period.until, daemon_zone) +
                                        ") before it begins (" + format_local(period.since, daemon_zone) +
                                        "); give --since and --until");
  return period;
}

int run_report_usage(Context& context, const Arguments& arguments) {
  std::vector<std::string> by = arguments.list("--by");
  if (by.empty()) by = {"user"};
  if (arguments.has("--json") && arguments.has("--csv"))
    throw Error(ErrorKind::invalid, "--json and --csv are two ways to print it: give one");
  std::string daemon_zone = get<std::string>(context.daemon().get("/v1/status"), "time_zone");
  Period period = period_of(arguments, context.zone(), daemon_zone);
  Json report = context.daemon().get(
      "/v1/report/usage?by=" + url_escape(join(by, ",")) + "&since=" + std::to_string(to_unix(period.since)) +
      "&until=" + std::to_string(to_unix(period.until)) + "&zone=" + url_escape(daemon_zone));
  if (arguments.has("--json"))
    context.print_json(report);
  else
    context.print(arguments.has("--csv") ? usage_csv(report) : usage_table(report) + data_uses_table(report));
  return 0;
}

}  // namespace

Command report_usage_command() {
  return {
      "report usage",
      "Report GPU time: who used how much",
      "GPU time is the GPUs of a job times the seconds it had them, from the ledger, to the "
      "second. The period is the current month of the daemon's time zone unless --since and --until say "
      "otherwise. Only operators see the use of others.",
      {},
      {{"--by,-b",
        "KEY",
        "a row for each (user); several make a row per combination",
        {"user", "account", "plan", "gpu", "month"},
        true},
       {"--since", "TIME", "from this time: 2026-11, 2026-11-23, 2026-11-23T10:30, today", {}},
       {"--until", "TIME", "up to this time, exclusive", {}},
       {"--csv", "", "print comma-separated values, for a spreadsheet", {}},
       json_option()},
      {{"trainyard report usage", "this month, per user"},
       {"trainyard report usage --by account,month --since 2026-01 --csv", "the year, for a spreadsheet"}},
      run_report_usage};
}

}  // namespace trainyard
