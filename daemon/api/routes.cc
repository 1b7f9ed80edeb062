#include "daemon/api/routes.h"

#include <algorithm>

#include "daemon/api/handlers.h"
#include "daemon/api/munge_credentials.h"
#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr std::size_t most_body_bytes = 1 << 20;

using Handler = void (*)(Api&, RouteCall&, const Responder&);

// Collects the whole body in memory, then calls the handler. Most routes use this.
class WholeBody : public Exchange {
 public:
  WholeBody(Api& api, RouteCall call, Handler handler)
      : api_(api), call_(std::move(call)), handler_(handler) {
    check_size(static_cast<std::size_t>(std::max<std::int64_t>(0, call_.head.announced_length.value_or(0))));
  }

  void add_body(std::string_view bytes) override {
    check_size(call_.body.size() + bytes.size());
    call_.body += bytes;
  }

  void finish(Responder responder) override { handler_(api_, call_, responder); }

 private:
  static void check_size(std::size_t bytes) {
    if (bytes > most_body_bytes)
      throw Error(ErrorKind::invalid, "the body of a request has at most " +
                                          format_size(static_cast<std::int64_t>(most_body_bytes)));
  }

  Api& api_;
  RouteCall call_;
  Handler handler_;
};

template <Handler handler>
std::unique_ptr<Exchange> with_body(Api& api, RouteCall call) {
  return std::make_unique<WholeBody>(api, std::move(call), handler);
}

// Answers 405 for a known path with an unknown method. A class, because error_response() has no ErrorKind for
// 405.
class MethodNotAllowed : public Exchange {
 public:
  MethodNotAllowed(std::string method, std::string allowed)
      : method_(std::move(method)), allowed_(std::move(allowed)) {}
  void add_body(std::string_view) override {}
  void finish(Responder responder) override {
    Response response = error_response(std::make_exception_ptr(
        Error(ErrorKind::invalid, method_ + " is not among the methods of this path: " + allowed_)));
    response.status = 405;
    response.headers.emplace_back("Allow", allowed_);
    responder.send(std::move(response));
  }

 private:
  std::string method_, allowed_;
};

// Returns the part of the path that is in the place of the pattern's braces: "42" for "/v1/runs/42" and the
// pattern "/v1/runs/{id}". Empty if the pattern has no braces, nullopt if the path does not match.
std::optional<std::string> match(std::string_view pattern, std::string_view path) {
  std::size_t open = pattern.find('{');
  if (open == std::string_view::npos) return path == pattern ? std::optional(std::string()) : std::nullopt;
  std::string_view rest = pattern.substr(pattern.find('}') + 1);
  if (path.size() <= open + rest.size() || !path.starts_with(pattern.substr(0, open)) ||
      !path.ends_with(rest))
    return std::nullopt;
  std::string_view parameter = path.substr(open, path.size() - open - rest.size());
  return parameter.find('/') == std::string_view::npos ? std::optional(std::string(parameter)) : std::nullopt;
}

bool serves(const Route& route, const std::string& method) {
  return route.method == method || (method == "HEAD" && route.method == "GET");
}

void check_query(const Route& route, const std::map<std::string, std::string>& query) {
  std::vector<std::string> known = split(route.query, ' ');
  for (const auto& [name, value] : query) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string meant = nearest(name, known);
    throw Error(ErrorKind::invalid, "?" + name + ": unknown parameter of " + std::string(route.pattern) +
                                        (meant.empty() ? "" : "; did you mean " + meant + "?"));
  }
}

}  // namespace

const std::vector<Route>& routes() {
  static const std::vector<Route> table{
      {"GET", "/v1/status", "", "the daemon's health, your plans and your runs", Role::owner,
       with_body<get_status>},
      {"POST", "/v1/runs", "", "submits a manifest", Role::owner, with_body<submit_runs>},
      {"GET", "/v1/runs", "state user name plan since limit before fields", "runs, the newest first",
       Role::owner, with_body<list_runs>},
      {"GET", "/v1/runs/{id}", "", "everything about one run", Role::owner, with_body<show_run>},
      {"GET", "/v1/runs/{id}/manifest", "", "the manifest as it was submitted", Role::owner,
       with_body<show_manifest>},
      {"GET", "/v1/runs/{id}/logs", "from max which attempt", "a piece of a log", Role::owner,
       with_body<show_logs>},
      {"GET", "/v1/runs/{id}/metrics", "from attempt", "what the trainer measured", Role::owner,
       with_body<show_metrics>},
      {"GET", "/v1/runs/{id}/staging", "", "how much of the run's data has been fetched", Role::owner,
       with_body<show_staging>},
      {"GET", "/v1/runs/{id}/results", "", "where the results are", Role::owner, with_body<show_results>},
      {"POST", "/v1/runs/{id}/cancel", "", "ends a run", Role::owner, with_body<cancel_run>},
      {"POST", "/v1/runs/{id}/rerun", "", "submits a run once more", Role::owner, with_body<rerun>},
      {"PUT", "/v1/code/{digest}", "", "uploads packed code", Role::owner, upload_code},
      {"GET", "/v1/code/{digest}", "", "whether that code is there already", Role::owner,
       with_body<find_code>},
      {"GET", "/v1/stores", "", "the site's object stores, and where your keys for them are", Role::owner,
       with_body<list_stores>},
      {"GET", "/v1/cache", "user", "the data sets on scratch", Role::owner, with_body<list_data_sets>},
      {"GET", "/v1/cache/{digest}", "", "one data set on scratch", Role::owner, with_body<show_data_set>},
      {"POST", "/v1/cache/{digest}/pin", "", "keeps a data set on scratch, or no longer", Role::owner,
       with_body<pin_data_set>},
      {"POST", "/v1/cache/{digest}/drop", "", "removes a data set from scratch", Role::owner,
       with_body<drop_data_set>},
      {"GET", "/v1/report/usage", "by since until zone", "GPU time used", Role::owner,
       with_body<report_usage>},
      {"GET", "/v1/admin/status", "", "the whole daemon: scheduler, runs, data sets, plans", Role::operator_,
       with_body<get_admin_status>},
      {"POST", "/v1/admin/drain", "", "admits nothing new", Role::operator_, with_body<drain>},
      {"GET", "/v1/admin/plans", "", "where the scheduler's limits differ from the plans", Role::admin,
       with_body<get_plan_drift>},
      {"POST", "/v1/admin/plans", "", "sets the scheduler's limits to the plans", Role::admin,
       with_body<apply_plans>},
      {"POST", "/v1/admin/resume", "", "admits again", Role::operator_, with_body<resume>},
      {"GET", "/v1/admin/reconcile", "since", "the ledger against Slurm's accounting", Role::admin,
       with_body<get_reconciliation>},
      {"POST", "/v1/admin/reconcile", "since", "corrects the ledger where Slurm's accounting differs",
       Role::admin, with_body<correct_ledger>},
      {"GET", "/v1/admin/months", "", "months that are closed", Role::admin, with_body<list_months>},
      {"POST", "/v1/admin/months/{month}/close", "", "closes a month", Role::admin, with_body<close_month>},
  };
  return table;
}

std::unique_ptr<Exchange> begin_exchange(Api& api, Request head) {
  std::vector<std::string> allowed;
  for (const Route& route : routes()) {
    std::optional<std::string> parameter = match(route.pattern, head.path);
    if (!parameter) continue;
    allowed.emplace_back(route.method);
    if (!serves(route, head.method)) continue;
    Caller caller = caller_of(head.identity, api.settings.roles);
    require_role(caller.owner.name, caller.role, route.role);
    check_query(route, head.query);
    std::optional<std::string> signed_body = head.body_sha256;
    auto exchange = route.begin(api, {std::move(head), std::move(caller), std::move(*parameter), ""});
    return signed_body ? only_with_body(*signed_body, std::move(exchange)) : std::move(exchange);
  }
  if (allowed.empty()) throw Error(ErrorKind::not_found, "no such path: " + head.path);
  return std::make_unique<MethodNotAllowed>(head.method, join(allowed, ", "));
}

}  // namespace trainyard
