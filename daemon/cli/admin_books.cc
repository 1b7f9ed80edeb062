// trainyard admin reconcile, admin close-month: the books, for those who answer for them.
#include <fmt/format.h>

#include "daemon/base/clock.h"
#include "daemon/cli/arguments.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/human.h"
#include "daemon/cli/reconcile_text.h"

namespace trainyard {
namespace {

int run_reconcile(Context& context, const Arguments& arguments) {
  std::string since = arguments.text("--since");
  std::string path = "/v1/admin/reconcile" + (since.empty() ? "" : "?since=" + url_escape(since));
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
        "{} is closed, up to {}: what becomes known of it now is booked when it does\n",
        get<std::string>(closed, "month"),
        format_local(from_unix(get<std::int64_t>(closed, "until")), get<std::string>(closed, "zone"))));
  return 0;
}

}  // namespace

Command admin_reconcile_command() {
  return {
      "admin reconcile",
      "Hold the ledger against Slurm's accounting, job by job",
      "For admins. Every segment that ended since then against slurmdbd and the agent's evidence: the "
      "same to "
      "the second, or a row with its reason and the number of seconds for which that reason holds. Of this "
      "month "
      "unless told otherwise. The exit code is 1 "
      "when something has no explanation. slurmdbd may be some seconds behind.",
      {},
      {{"--since", "TIME", "from: 2026-11, 2026-11-23, 2026-11-23T10:30, today", {}},
       {"--correct", "", "where the two differ, or the ledger lacks a job, enter what slurmdbd has", {}},
       json_option()},
      {{"trainyard admin reconcile --since 2026-10", "before October is closed"},
       {"trainyard admin reconcile --correct", "slurmdbd is right: reverse what differs and enter it again"}},
      run_reconcile};
}

Command admin_close_month_command() {
  return {"admin close-month",
          "Close a month: its reports stay as they are",
          "For admins, once it is over and reconciled; there is no way back. What becomes known of it later, "
          "corrections too, is booked when it is written, and reports show it apart.",
          {{"MONTH", "2026-10, of the daemon's time zone"}},
          {json_option()},
          {{"trainyard admin close-month 2026-10", "before October is billed"}},
          run_close_month};
}

}  // namespace trainyard
