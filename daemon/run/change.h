// Changes: events together with the run or the data set that they happened to. Those that are recorded
// together are durable together, or not at all.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "daemon/run/events.h"

namespace trainyard {

// What has events of its own: a run, by its number, or a data set, by its digest.
using EntityId = std::variant<std::int64_t, std::string>;

// As the log has it: "run=42", "data_set=3fa94c11d0e2" (the beginning of the digest).
std::string to_string(const EntityId& id);

struct RunChange {
  std::int64_t run_id = 0;
  RunEvent event;
};
struct DataSetChange {
  std::string digest;
  DataSetEvent event;
};
using Change = std::variant<RunChange, DataSetChange>;
using Changes = std::vector<Change>;

EntityId entity_of(const Change& change);
const char* name_of(const Change& change);  // of its event

}  // namespace trainyard
