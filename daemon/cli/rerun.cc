// trainyard rerun: submits the same manifest and code once more, as a new run.
#include "daemon/base/digest.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/run_ids.h"
#include "daemon/cli/submit_answer.h"
#include "daemon/cli/wait.h"

namespace trainyard {
namespace {

int run_rerun(Context& context, const Arguments& arguments) {
  std::vector<std::int64_t> new_ids;
  for (std::int64_t id : run_ids_from(arguments.all("RUN"))) {
    Json answer = context.daemon().post_repeatable(run_target(id, "rerun"), {{"client_id", random_hex(16)}});
    if (arguments.has("--json"))
      context.print_json(answer);
    else
      context.print(submitted_text("training-" + std::to_string(id) + " again", answer));
    for (const Json& new_id : get<Json>(answer, "runs")) new_ids.push_back(new_id.get<std::int64_t>());
  }
  return arguments.has("--wait") ? wait_for_runs(context, new_ids, arguments.has("--json")) : 0;
}

}  // namespace

Command rerun_command() {
  return {"rerun",
          "Submit runs once more: same manifest, same code, new numbers",
          "The old runs stay as they are. Data that have changed in the store are fetched again.",
          {{"RUN", "42 or training-42", true, true}},
          {{"--wait,-w", "", "show progress until the new runs are over, as submit does", {}}, json_option()},
          {{"trainyard rerun 42 --wait", "repeat a run after the reason of its failure is gone"}},
          run_rerun};
}

}  // namespace trainyard
