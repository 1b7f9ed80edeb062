// trainyard show: prints the details and the history of a run.
#include <fmt/format.h>

#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/run_ids.h"
#include "daemon/cli/show_run.h"
#include "daemon/cli/staging_text.h"

namespace trainyard {
namespace {

int run_show(Context& context, const Arguments& arguments) {
  bool first = true;
  for (std::int64_t id : run_ids_from(arguments.all("RUN"))) {
    Json run = context.daemon().get(run_target(id));
    if (get_or<std::string>(run, "state", "") == "staging")
      if (const std::optional<std::string> text = staging_text(context.daemon(), id)) run["waiting"] = *text;
    if (arguments.has("--json"))
      context.print_json(run);
    else
      context.print((first ? "" : "\n") + run_text(run, context.zone()));
    first = false;
  }
  return 0;
}

}  // namespace

Command show_command() {
  return {"show",
          "Show runs in detail",
          "State, why it waits, times, attempts with their Slurm jobs, events; of a failed run the "
          "reason and the last lines of its log.",
          {{"RUN", "42 or training-42", true, true}},
          {json_option()},
          {{"trainyard show 42", "its state, or why it failed"}},
          run_show};
}

}  // namespace trainyard
