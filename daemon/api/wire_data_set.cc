// The JSON of data sets, and of how runs found them.
#include "daemon/api/wire.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

Json row_of(const UserDataUses& uses) {
  return {{"hits", uses.hits},
          {"misses", uses.misses},
          {"fetched_bytes", uses.fetched_bytes},
          {"saved_bytes", uses.saved_bytes}};
}

}  // namespace

Json to_wire(const ShownDataSet& shown) {
  const DataSet& data_set = shown.data_set;
  return {{"digest", data_set.digest},
          {"source", data_set.data.source},
          {"format", data_set.data.format},
          {"user", data_set.owner.name},
          {"state", to_string(data_set.state)},
          {"reason", shown.trouble.empty() ? data_set.reason : shown.trouble},
          {"size_bytes", data_set.size_bytes},
          {"objects", data_set.objects},
          {"source_bytes", data_set.source_bytes},
          {"samples", data_set.samples},
          {"test_samples", data_set.test_samples},
          {"last_used_at", to_unix(shown.last_used_at)},
          {"pinned", data_set.is_pinned},
          {"runs", shown.runs},
          {"run_count", shown.run_count},
          {"directory", layout::dataset_directory(data_set.scratch.path, data_set.digest)}};
}

Json to_wire(const std::vector<UserDataUses>& uses) {
  Json rows = Json::array();
  UserDataUses total;
  for (const UserDataUses& of_user : uses) {
    Json row = row_of(of_user);
    row["user"] = of_user.user;
    rows.push_back(row);
    total += of_user;
  }
  return {{"rows", rows}, {"total", row_of(total)}};
}

}  // namespace trainyard
