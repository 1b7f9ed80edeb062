// Lists the objects of a data set, and compares them with those with which the run was accepted.
#pragma once
#include <string>
#include <vector>

#include "daemon/handover/handover.h"
#include "plugins/object_store.h"

namespace trainyard {

// The objects of a source and of its labels, which can be in a file of their own, with the store that holds
// them.
struct Source {
  std::shared_ptr<ObjectStore> store;
  std::vector<Object> objects;
};

// Lists `url`, and then `label_url` if it is not empty. Error{invalid} names the first object that is gone,
// new or changed since `expected` was listed: the run was accepted for other data, so it must be submitted
// again.
Source list_unchanged(const std::string& url, const std::string& label_url, const StoreAccess& access,
                      const std::vector<SourceObject>& expected);

}  // namespace trainyard
