// Turns a run into JSON that has only the fields asked for, because a client that lists ten thousand runs
// needs few.
#include <algorithm>
#include <array>

#include "daemon/api/wire.h"
#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

const RunJob* train_job(const TrainingRun& run) {
  return run.attempt() != nullptr && run.attempt()->train ? &*run.attempt()->train : nullptr;
}

std::optional<UtcSeconds> start_of(const TrainingRun& run) {
  const RunJob* train = train_job(run);
  return train == nullptr ? std::nullopt : train->started_at;
}

}  // namespace

struct RunField {
  const char* name;
  Json (*value)(const ShownRun& shown);
};

namespace {

constexpr std::array all_fields{
    RunField{"id", [](const ShownRun& s) -> Json { return s.run.id; }},
    RunField{"training_id", [](const ShownRun& s) -> Json { return layout::training_id(s.run.id); }},
    RunField{"name", [](const ShownRun& s) -> Json { return s.run.name; }},
    RunField{"user", [](const ShownRun& s) -> Json { return s.run.owner.name; }},
    RunField{"plan", [](const ShownRun& s) -> Json { return s.run.plan; }},
    RunField{"state", [](const ShownRun& s) -> Json { return to_string(s.state); }},
    RunField{"waiting", [](const ShownRun& s) -> Json { return s.waiting; }},
    RunField{"expected_start", [](const ShownRun& s) -> Json { return time_or_null(s.expected_start); }},
    RunField{"reason", [](const ShownRun& s) -> Json { return s.run.reason; }},
    RunField{"exit_code", [](const ShownRun& s) -> Json { return or_null(s.run.exit_code); }},
    RunField{"signal", [](const ShownRun& s) -> Json { return or_null(s.run.signal); }},
    RunField{"nodes",
             [](const ShownRun& s) -> Json {
               const RunJob* train = train_job(s.run);
               return train == nullptr ? "" : train->nodes;
             }},
    RunField{"gpus", [](const ShownRun& s) -> Json { return s.run.gpus; }},
    RunField{"gpu", [](const ShownRun& s) -> Json { return s.run.manifest->resources.gpu; }},
    RunField{"accepted_at", [](const ShownRun& s) -> Json { return to_unix(s.run.accepted_at); }},
    RunField{"started_at", [](const ShownRun& s) -> Json { return time_or_null(start_of(s.run)); }},
    RunField{"ended_at", [](const ShownRun& s) -> Json { return time_or_null(s.run.ended_at); }},
    RunField{"gpu_seconds", [](const ShownRun& s) -> Json { return s.run.gpu_seconds; }},
    RunField{"sweep", [](const ShownRun& s) -> Json { return s.run.manifest->sweep; }},
    RunField{"attempt",
             [](const ShownRun& s) -> Json { return s.run.attempt() ? s.run.attempt()->number : 0; }},
};

const RunField* field_named(const std::string& name) {
  auto found =
      std::find_if(all_fields.begin(), all_fields.end(), [&](const RunField& f) { return name == f.name; });
  if (found != all_fields.end()) return found;
  std::vector<std::string> known;
  for (const RunField& field : all_fields) known.emplace_back(field.name);
  throw Error(ErrorKind::invalid, "fields: a run has no \"" + name + "\"; it has " + join(known, ", "));
}

}  // namespace

RunFields run_fields(const std::vector<std::string>& names) {
  RunFields fields;
  for (const std::string& name : names) fields.push_back(field_named(name));
  if (names.empty())
    for (const RunField& field : all_fields) fields.push_back(&field);
  return fields;
}

Json to_wire(const ShownRun& shown, const RunFields& fields) {
  Json json = Json::object();
  for (const RunField* field : fields) json.emplace(field->name, field->value(shown));
  return json;
}

}  // namespace trainyard
