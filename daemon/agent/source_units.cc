#include "daemon/agent/source_units.h"

#include <algorithm>
#include <memory>
#include <thread>

#include "daemon/base/digest.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"

namespace trainyard {

Object object_of(const SourceObject& listed) {
  Object object;
  object.url = listed.url;
  object.key = listed.key;
  object.etag = listed.etag;
  object.size_bytes = listed.size_bytes;
  return object;
}

NextUnit units_of(const std::string& list) {
  const auto entries = std::make_shared<SourceListReader>(list);
  const auto units = std::make_shared<UnitDivider>([entries]() -> std::optional<Object> {
    const std::optional<SourceListReader::Entry> entry = entries->next();
    return entry ? std::optional(object_of(entry->object)) : std::nullopt;
  });
  return [units] { return units->next(); };
}

std::string digest_of_list(const StageRequest& request) {
  return sha256_of_file(join_path(request.directory, layout::source_list));
}

// A thread receives, hashes and writes some hundred megabytes a second. Files of a file system are copied by
// one.
int fetch_threads(const std::string& url) {
  if (url.starts_with("file://")) return 1;
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 4);
}

}  // namespace trainyard
