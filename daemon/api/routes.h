// The routes of the API in one table. The daemon finds a request's route in it, and a test compares the
// manual with it.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/api.h"
#include "daemon/api/caller.h"
#include "daemon/api/exchange.h"

namespace trainyard {

// A request whose route and caller are known.
struct RouteCall {
  Request head;
  Caller caller;
  std::string parameter;  // the part of the path for {id}, {digest} or {month}
  std::string body;       // complete when a handler is called
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/v1/runs/{id}/logs": at most one part in braces
  std::string_view query;    // the parameters of its query, separated by blanks; any other is an error
  std::string_view doc;
  Role role;  // the lowest role that may call the route
  std::unique_ptr<Exchange> (*begin)(Api& api, RouteCall call);
};
const std::vector<Route>& routes();

// Finds the route and the caller of a request and makes its Exchange, for the Server. Throws Error{not_found}
// for an unknown path, {denied} for a caller without the role that the route requires, {invalid} for an
// unknown parameter. The Exchange for a known path with an unknown method answers 405 with the header Allow.
// HEAD is served wherever GET is. A body has at most 1 MiB, except that of an upload.
std::unique_ptr<Exchange> begin_exchange(Api& api, Request head);

}  // namespace trainyard
