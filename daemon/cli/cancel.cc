// trainyard cancel: ends runs.
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/run_ids.h"
#include "daemon/cli/wait.h"

namespace trainyard {
namespace {

int run_cancel(Context& context, const Arguments& arguments) {
  for (std::int64_t id : run_ids_from(arguments.all("RUN"))) {
    Json run = context.daemon().post(run_target(id, "cancel"));
    if (arguments.has("--json")) {
      context.print_json(run);
      continue;
    }
    std::string name = "training-" + std::to_string(id), state = get<std::string>(run, "state");
    context.print(is_over(run) ? name + " is over: " + state + '\n' : name + " is being cancelled\n");
  }
  return 0;
}

}  // namespace

Command cancel_command() {
  return {"cancel",
          "End runs; their logs are still stored",
          "A run that is over stays as it is.",
          {{"RUN", "42 or training-42", true, true}},
          {json_option()},
          {{"trainyard cancel 42 43", "end two runs"}},
          run_cancel};
}

}  // namespace trainyard
