#include "daemon/agent/source_units.h"

#include <memory>

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

std::string identity_of_units(const StageRequest& request, const char* units) {
  return sha256_of_file(join_path(request.directory, layout::source_list)) + '-' + units + '-' +
         std::to_string(most_unit_bytes);
}

}  // namespace trainyard
