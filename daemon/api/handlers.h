// One function per route: reads the call, answers through the responder now or later, or throws the answer.
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

// code_upload.cc
void find_code(Api& api, RouteCall& call, const Responder& responder);
std::unique_ptr<Exchange> upload_code(Api& api, RouteCall call);

// reconcile.cc
void get_reconciliation(Api& api, RouteCall& call, const Responder& responder);
void correct_ledger(Api& api, RouteCall& call, const Responder& responder);
void close_month(Api& api, RouteCall& call, const Responder& responder);
void list_months(Api& api, RouteCall& call, const Responder& responder);

// usage.cc
void report_usage(Api& api, RouteCall& call, const Responder& responder);

// Where what a caller wants to read, and may take long, waits for its turn: it holds up nobody else.
std::string reading_lane(const Caller& caller);

// The run that the path names. Error{invalid} when that is no number, {not_found} when there is no such run,
// or none that the caller may see.
TrainingRun run_named(const Api& api, const RouteCall& call);

}  // namespace trainyard
