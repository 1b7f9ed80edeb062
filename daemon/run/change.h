// Change: an event, and the id of the run or data set that it belongs to. Changes that are recorded in one
// transaction become durable together, or none of them does.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "daemon/run/events.h"

namespace trainyard {

// The id of a run (its number) or of a data set (its digest). Runs and data sets are the entities: they have
// events of their own.
using EntityId = std::variant<std::int64_t, std::string>;

// Returns the id in the form used in the log: "run=42", "data_set=3fa94c11d0e2" (the beginning of the
// digest).
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
const char* name_of(const Change& change);  // the name of the change's event

}  // namespace trainyard
