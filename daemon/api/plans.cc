#include "daemon/api/handlers.h"
#include "daemon/api/wire.h"
#include "daemon/base/log.h"

namespace trainyard {
namespace {

// Answers the client with the differences between Slurm's limits and the plans. With `apply` also sets
// Slurm's limits, with the rights that the caller has in Slurm; the caller must be an administrator there.
void compare(Api& api, bool apply, const Owner& by, const Responder& responder) {
  api.queries.compare_plans(
      api.settings.plans, apply ? std::optional(by.uid) : std::nullopt,
      [responder, apply, name = by.name](const std::vector<PlanDrift>& drift) {
        if (apply) log_info("event=plans_applied by={} changes={}", name, drift.size());
        responder.send(json_response(to_wire(drift, apply)));
      },
      [responder](const std::exception_ptr& error) { responder.fail(error); });
}

}  // namespace

void get_plan_drift(Api& api, RouteCall& call, const Responder& responder) {
  compare(api, false, call.caller.owner, responder);
}

void apply_plans(Api& api, RouteCall& call, const Responder& responder) {
  compare(api, true, call.caller.owner, responder);
}

}  // namespace trainyard
