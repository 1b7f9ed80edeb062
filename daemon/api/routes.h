// The routes: one table. The daemon serves requests by the table, and a test compares the manual with it.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/api.h"
#include "daemon/api/caller.h"
#include "daemon/api/exchange.h"

namespace trainyard {

// A request for which the route was found.
struct RouteCall {
  Request head;
  Caller caller;
  std::string parameter;  // the part of the path for {id}, {digest} or {month}
  std::string body;       // complete when a handler is called
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/v1/runs/{id}/logs": at most one part in braces
  std::string_view query;    // its parameters, separated by blanks; any other is an error
  std::string_view doc;
  Role role;  // the lowest role that may call the route; others' runs are seen from operator on
  std::unique_ptr<Exchange> (*begin)(Api& api, RouteCall call);
};
const std::vector<Route>& routes();

// Finds the route and the caller of a request and makes its Exchange, for the Server. Throws Error{not_found}
// for an unknown path, {denied} for a caller without the role, {invalid} for an unknown parameter. Answers
// 405 with Allow if the path does not have the method. HEAD is served wherever GET is. A body has at most 1
// MiB, except that of an upload.
std::unique_ptr<Exchange> begin_exchange(Api& api, Request head);

}  // namespace trainyard
