// Handlers: one function per route. A handler reads the call and answers through the responder, now or later.
// An exception that it throws becomes the answer.
#pragma once
#include "daemon/api/routes.h"

namespace trainyard {

// status.cc
void get_status(Api& api, RouteCall& call, const Responder& responder);
void get_admin_status(Api& api, RouteCall& call, const Responder& responder);
void drain(Api& api, RouteCall& call, const Responder& responder);
void resume(Api& api, RouteCall& call, const Responder& responder);

// plans.cc
void get_plan_drift(Api& api, RouteCall& call, const Responder& responder);
void apply_plans(Api& api, RouteCall& call, const Responder& responder);

// submit.cc
void submit_runs(Api& api, RouteCall& call, const Responder& responder);
void rerun(Api& api, RouteCall& call, const Responder& responder);

// runs.cc
void list_runs(Api& api, RouteCall& call, const Responder& responder);
void show_run(Api& api, RouteCall& call, const Responder& responder);
void show_manifest(Api& api, RouteCall& call, const Responder& responder);
void show_results(Api& api, RouteCall& call, const Responder& responder);
void cancel_run(Api& api, RouteCall& call, const Responder& responder);

// logs.cc
void show_logs(Api& api, RouteCall& call, const Responder& responder);
void show_metrics(Api& api, RouteCall& call, const Responder& responder);
void show_staging(Api& api, RouteCall& call, const Responder& responder);

// code_upload.cc
void find_code(Api& api, RouteCall& call, const Responder& responder);
std::unique_ptr<Exchange> upload_code(Api& api, RouteCall call);

// reconcile.cc
void get_reconciliation(Api& api, RouteCall& call, const Responder& responder);
void correct_ledger(Api& api, RouteCall& call, const Responder& responder);
void close_month(Api& api, RouteCall& call, const Responder& responder);
void list_months(Api& api, RouteCall& call, const Responder& responder);

// stores.cc
void list_stores(Api& api, RouteCall& call, const Responder& responder);

// cache.cc
void list_data_sets(Api& api, RouteCall& call, const Responder& responder);
void show_data_set(Api& api, RouteCall& call, const Responder& responder);
void pin_data_set(Api& api, RouteCall& call, const Responder& responder);
void drop_data_set(Api& api, RouteCall& call, const Responder& responder);

// usage.cc
void report_usage(Api& api, RouteCall& call, const Responder& responder);

// Returns the key of the lane for this caller's long reads. Each user has a lane, so that a long read delays
// no other user.
std::string reading_lane(const Caller& caller);

// Returns the run whose id is in the path. Throws Error{invalid} if the id is not a number, {not_found} if
// there is no such run, or if the caller may not see it.
TrainingRun run_named(const Api& api, const RouteCall& call);

}  // namespace trainyard
