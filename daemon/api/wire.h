// The names on the wire: trainyard-api(7). Values to JSON, nowhere else. Times are UTC seconds, unset is
// null.
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

// What a run alone does not know.
struct ShownRun {
  const TrainingRun& run;
  ShownState state;
  std::string waiting;                         // for what; empty when it does not wait
  std::optional<UtcSeconds> expected_start{};  // the scheduler's forecast
};

// Which of its fields are wanted; no names: all. Error{invalid} names those there are.
using RunFields = std::vector<const struct RunField*>;
RunFields run_fields(const std::vector<std::string>& names = {});
Json to_wire(const ShownRun& shown, const RunFields& fields = run_fields());

struct RunDetail {
  ShownRun shown;
  std::optional<DataSet> data_set;
  std::vector<std::pair<UtcSeconds, RunEvent>> events;
  std::string directory;  // on scratch
  std::string manifest_file;
};
Json to_wire(const RunDetail& detail);

Json to_wire(const SubmitAnswer& answer);
Json to_wire(const UsageTotals& totals, const UsageQuery& query);
Json to_wire(const Reconciliation& result, UtcSeconds since);  // what is equal is only counted
Json to_wire(const ClosedMonth& closed);
Json to_wire(const Driver::Status& status);  // of all users
Json to_wire(const std::vector<PlanDrift>& drift, bool applied);
Json results_to_wire(const TrainingRun& run);
Json time_or_null(const std::optional<UtcSeconds>& time);

// Where a run's results are, or will be: "file:///…/training-42/".
std::string results_url(const TrainingRun& run);

// An event as one line for people, without its name and time: "job 77 on n[1-2]".
std::string describe(const RunEvent& event);

}  // namespace trainyard
