// Turns values into the JSON of the API, with the names of trainyard-api(7). Times are UTC seconds; an unset
// value is null.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/json.h"
#include "daemon/driver/driver.h"
#include "daemon/report/reconcile.h"
#include "daemon/report/usage_totals.h"
#include "daemon/run/data_set.h"
#include "daemon/run/run.h"

namespace trainyard {

// A run with the values that only the driver knows.
struct ShownRun {
  const TrainingRun& run;
  ShownState state;
  std::string waiting;                         // what the run waits for; empty: nothing
  std::optional<UtcSeconds> expected_start{};  // the scheduler's forecast
};

// run_fields() returns the fields of a run's JSON with these names; no names: all fields. It throws
// Error{invalid} for an unknown name; the message lists the known names.
using RunFields = std::vector<const struct RunField*>;
RunFields run_fields(const std::vector<std::string>& names = {});
Json to_wire(const ShownRun& shown, const RunFields& fields = run_fields());

struct RunDetail {
  ShownRun shown;
  std::optional<DataSet> data_set;
  std::vector<std::pair<UtcSeconds, RunEvent>> events;
  std::string directory;  // of the run, on scratch
  std::string manifest_file;
};
Json to_wire(const RunDetail& detail);

// A data set on scratch, with the values that only the driver knows.
struct ShownDataSet {
  DataSet data_set;
  UtcSeconds last_used_at{};
  std::string trouble;             // why it cannot be staged or removed at present; empty: nothing is wrong
  std::vector<std::int64_t> runs;  // the first live runs that need it
  std::size_t run_count = 0;       // of all live runs that need it
};
Json to_wire(const ShownDataSet& shown);
Json to_wire(const std::vector<UserDataUses>& uses);  // rows by user, and their total

Json to_wire(const SubmitAnswer& answer);
Json to_wire(const UsageTotals& totals, const UsageQuery& query);
Json to_wire(const Reconciliation& result, UtcSeconds since);  // rows only for jobs that differ
Json to_wire(const ClosedMonth& closed);
Json to_wire(const Driver::Status& status);  // of all users
Json to_wire(const std::vector<PlanDrift>& drift, bool applied);
Json results_to_wire(const TrainingRun& run);
Json time_or_null(const std::optional<UtcSeconds>& time);

// Returns the URL where a run's results are or will be: "file:///…/training-42/". Empty if the manifest has
// no target.
std::string results_url(const TrainingRun& run);

// Describes an event in one line for people, without its name and time: "train job on n[1-2]".
std::string describe(const RunEvent& event);

}  // namespace trainyard
