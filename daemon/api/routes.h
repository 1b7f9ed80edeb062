// The routes: one table, which the daemon serves by and the manual is held against.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/api.h"
#include "daemon/api/caller.h"
#include "daemon/api/exchange.h"

namespace trainyard {

// A request that found its route.
struct RouteCall {
  Request head;
  Caller caller;
  std::string parameter;  // what stands for {id} or {digest}
  std::string body;       // complete, where the route takes one
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/v1/runs/{id}/logs": at most one part in braces
  std::string_view query;    // the parameters it knows, separated by blanks; any other is an error
  std::string_view doc;
  Role role;  // the least that takes it; runs of others are seen from operator on
  std::unique_ptr<Exchange> (*begin)(Api& api, RouteCall call);
};
const std::vector<Route>& routes();

// For the Server: finds the route and who asks. Throws Error{not_found} for an unknown path, {denied} for a
// caller who may not, {invalid} for an unknown parameter; answers 405 and Allow for another method. HEAD is
// served wherever GET is. A body has at most 1 MiB, but for uploads.
std::unique_ptr<Exchange> begin_exchange(Api& api, Request head);

}  // namespace trainyard
