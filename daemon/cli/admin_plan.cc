// trainyard admin plan diff, apply: compare Slurm's own limits with the site's plans, and set them.
#include <algorithm>

#include "daemon/base/command_line.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/plan_drift_text.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

int print(Context& context, const Arguments& arguments, const Json& answer, bool applied) {
  if (arguments.has("--json"))
    context.print_json(answer);
  else
    context.print(plan_drift_text(get<Json>(answer, "drift"), applied));
  return 0;
}

int run_diff(Context& context, const Arguments& arguments) {
  return print(context, arguments, context.daemon().get("/v1/admin/plans"), false);
}

int run_apply(Context& context, const Arguments& arguments) {
  return print(context, arguments, context.daemon().post_repeatable("/v1/admin/plans", Json::object()), true);
}

}  // namespace

Command admin_plan_diff_command() {
  return {
      "admin plan diff",
      "Show where Slurm's own limits differ from the plans",
      "For admins. A plan is the QOS of its name in Slurm, so that jobs which do not come through Trainyard "
      "can be held to it, too. This shows what in slurmdbd is another than [plans] says, and changes "
      "nothing.",
      {},
      {json_option()},
      {{"trainyard admin plan diff", "after a change of [plans], or of a QOS by hand"}},
      run_diff};
}

Command admin_plan_apply_command() {
  return {
      "admin plan apply",
      "Set Slurm's own limits to the plans",
      "For admins. Makes QOS, sets their limits, and grants them to the plans' members and takes them from "
      "others: all that admin plan diff shows, or nothing. What Slurm has beside the plans stays.",
      {},
      {json_option()},
      {{"trainyard admin plan apply", "then admin plan diff shows nothing"}},
      run_apply};
}

}  // namespace trainyard
