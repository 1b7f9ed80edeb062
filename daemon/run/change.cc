#include "daemon/run/change.h"

namespace trainyard {

std::string to_string(const EntityId& id) {
  if (const auto* run_id = std::get_if<std::int64_t>(&id)) return "run=" + std::to_string(*run_id);
  return "data_set=" + std::get<std::string>(id).substr(0, 12);
}

EntityId entity_of(const Change& change) {
  if (const auto* of_run = std::get_if<RunChange>(&change)) return of_run->run_id;
  return std::get<DataSetChange>(change).digest;
}

const char* name_of(const Change& change) {
  return std::visit([](const auto& each) { return name_of(each.event); }, change);
}

}  // namespace trainyard
