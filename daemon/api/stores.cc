// The route that lists the site's object stores for the command line: how each is reached, and in which file
// the caller's keys for it are.
#include "daemon/run/stores.h"
#include "daemon/api/handlers.h"
#include "daemon/api/wire.h"
#include "daemon/handover/layout.h"

namespace trainyard {

void list_stores(Api& api, RouteCall& call, const Responder& responder) {
  const Owner& owner = call.caller.owner;
  const std::string scratch = api.driver.acceptance().scratch_of(owner, call.caller.home).path;
  const Stores& stores = api.settings.stores;
  Json list = Json::array();
  for (const auto& [name, settings] : stores.settings) {
    Json store = to_json(access_to(stores, {name, ""}, scratch));
    store["default"] = name == stores.default_name;
    list.push_back(store);
  }
  responder.send(json_response({{"stores", list}, {"credentials_file", layout::credentials_file(scratch)}}));
}

}  // namespace trainyard
