#include "daemon/api/handlers.h"
#include "daemon/api/wire.h"
#include "daemon/base/log.h"

namespace trainyard {
namespace {

void compare(Api& api, bool apply, const std::string& by, const Responder& responder) {
  api.driver.compare_plans(
      apply,
      [responder, apply, by](const std::vector<PlanDrift>& drift) {
        if (apply) log_info("event=plans_applied by={} changes={}", by, drift.size());
        responder.send(json_response(to_wire(drift, apply)));
      },
      [responder](const std::exception_ptr& error) { responder.fail(error); });
}

}  // namespace

void get_plan_drift(Api& api, RouteCall& call, const Responder& responder) {
  compare(api, false, call.caller.owner.name, responder);
}

void apply_plans(Api& api, RouteCall& call, const Responder& responder) {
  compare(api, true, call.caller.owner.name, responder);
}

}  // namespace trainyard
