// The objects of a data set: listed now, held against what the run was accepted with.
#pragma once
#include <string>
#include <vector>

#include "daemon/handover/handover.h"
#include "plugins/object_store.h"

namespace trainyard {

// A source, and the labels that may lie in a file of their own; with the store that has them.
struct Source {
  std::shared_ptr<ObjectStore> store;
  std::vector<Object> objects;
};

// Lists `url`, and then `label_url` where it is not empty. Error{invalid} names the first object that is
// gone, new or changed since `expected` was listed: the run was accepted for other data, so it must be
// submitted again.
Source list_unchanged(const std::string& url, const std::string& label_url,
                      const std::vector<SourceObject>& expected);

}  // namespace trainyard
