#include "daemon/agent/fetch.h"

#include <iostream>

#include "daemon/agent/copy_objects.h"
#include "daemon/base/json.h"
#include "daemon/base/text.h"
#include "plugins/loader.h"

namespace trainyard {

int fetch(const std::string& url, const StoreAccess& access, const std::string& directory, bool json) {
  std::unique_ptr<ObjectStore> store = load_object_store(url, access);
  copy_objects(store->list(url), *store, directory, [json](const Object& object, const std::string& path) {
    const Json line{{"key", object.key}, {"path", path}, {"size_bytes", object.size_bytes}};
    if (json)
      std::cout << line.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    else
      std::cout << object.key << "  " << format_size(object.size_bytes) << std::endl;
  });
  return 0;
}

}  // namespace trainyard
