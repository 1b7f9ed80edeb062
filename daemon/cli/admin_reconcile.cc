// trainyard admin reconcile, admin close-month: compare the ledger with Slurm's accounting, and close months.
#include <fmt/format.h>

#include "daemon/base/clock.h"
#include "daemon/base/command_line.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/reconcile_text.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

int run_reconcile(Context& context, const Arguments& arguments) {
  std::string path = "/v1/admin/reconcile";
  if (arguments.has("--since"))
    path += "?since=" + std::to_string(to_unix(time_given(arguments.text("--since"), context.zone())));
  Json report = arguments.has("--correct") ? context.daemon().post(path) : context.daemon().get(path);
  if (arguments.has("--json"))
    context.print_json(report);
  else
    context.print(reconcile_text(report, context.zone()));
  std::int64_t mended =
      get_or<std::int64_t>(report, "corrected", 0) + get_or<std::int64_t>(report, "entered", 0);
  return get<std::int64_t>(report, "unexplained") == mended ? 0 : 1;
}

int run_close_month(Context& context, const Arguments& arguments) {
  Json closed = context.daemon().post("/v1/admin/months/" + url_escape(arguments.text("MONTH")) + "/close");
  if (arguments.has("--json"))
    context.print_json(closed);
  else
    context.print(fmt::format(
        "{} is closed, up to {}: usage that becomes known later counts when it is recorded\n",
        get<std::string>(closed, "month"),
        format_local(from_unix(get<std::int64_t>(closed, "until")), get<std::string>(closed, "zone"))));
  return 0;
}

}  // namespace

Command admin_reconcile_command() {
  return {
      "admin reconcile",
      "Compare the daemon's accounting with Slurm's, job by job",
      "For admins. Compares the usage records of all jobs that ended since then with slurmdbd and with what "
      "the agent wrote down: they are the same to the second, or there is a row with the reason and the "
      "number of seconds that it explains. From the beginning of the daemon's current month unless told "
      "otherwise. The exit code is 1 when a difference is unexplained. slurmdbd may be some seconds behind.",
      {},
      {{"--since", "TIME", "from this time: 2026-11, 2026-11-23, 2026-11-23T10:30, today", {}},
       {"--correct", "", "where the two differ, or the daemon lacks a job, record what slurmdbd has", {}},
       json_option()},
      {{"trainyard admin reconcile --since 2026-10", "before October is closed"},
       {"trainyard admin reconcile --correct",
        "slurmdbd is right: reverse what differs and record it again"}},
      run_reconcile};
}

Command admin_close_month_command() {
  return {"admin close-month",
          "Close a month: its reports stay as they are",
          "For admins, once it is over and reconciled; it cannot be opened again. Usage of that month that "
          "becomes known later, corrections too, counts when it is recorded, and reports show it apart.",
          {{"MONTH", "2026-10, of the daemon's time zone"}},
          {json_option()},
          {{"trainyard admin close-month 2026-10", "before October is billed"}},
          run_close_month};
}

}  // namespace trainyard
