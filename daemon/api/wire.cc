#include "daemon/api/wire.h"

#include <array>

#include "daemon/handover/layout.h"

namespace trainyard {

Json time_or_null(const std::optional<UtcSeconds>& time) { return time ? Json(to_unix(*time)) : Json(); }

namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

// Returns the state of a job as text: the scheduler's when the job has ended, before that only whether it has
// started.
std::string state_of(const RunJob& job) {
  if (job.end) return job.end->state;
  return job.started_at ? "RUNNING" : "PENDING";
}

Json to_wire(const std::optional<RunJob>& job) {
  if (!job) return nullptr;
  return {{"job_id", job->key.job_id},
          {"array_task", job->key.task ? Json(*job->key.task) : Json()},
          {"nodes", job->nodes},
          {"started_at", time_or_null(job->started_at)},
          {"ended_at", time_or_null(job->ended_at)},
          {"state", state_of(*job)}};
}

Json to_wire(const std::optional<ArrayPlace>& array) {
  if (!array) return nullptr;
  return {{"run", array->first_run}, {"attempt", array->first_attempt}, {"task", array->task}};
}

Json to_wire(const Attempt& attempt) {
  return {{"number", attempt.number},
          {"array", to_wire(attempt.array)},
          {"train", to_wire(attempt.train)},
          {"store", to_wire(attempt.store)},
          {"reason", attempt.reason}};
}

Json to_wire(const DataSet& data_set) {
  return {{"source", data_set.data.source},
          {"digest", data_set.digest},
          {"state", to_string(data_set.state)},
          {"reason", data_set.reason}};
}

Json to_wire(const UsageRow& row, const std::vector<GroupKey>& by) {
  Json keys = Json::object();
  for (std::size_t i = 0; i < row.keys.size(); ++i) keys[to_string(by[i])] = row.keys[i];
  return {{"keys", keys},
          {"runs", row.runs},
          {"jobs", row.jobs},
          {"gpu_seconds", row.gpu_seconds},
          {"suspended_gpu_seconds", row.suspended_gpu_seconds},
          {"late_gpu_seconds", row.late_gpu_seconds}};
}

}  // namespace

Json to_wire(const RunDetail& detail) {
  const TrainingRun& run = detail.shown.run;
  Json json = to_wire(detail.shown);
  json["account"] = run.account;
  json["partition"] = run.manifest->resources.partition;
  json["data"] = detail.data_set ? to_wire(*detail.data_set) : Json();
  json["results"] = results_url(run);
  json["directory"] = detail.directory;
  json["last_lines"] = run.last_lines;
  json["events"] = Json::array();
  for (const auto& [at, event] : detail.events)
    json["events"].push_back({{"at", to_unix(at)}, {"event", name_of(event)}, {"text", describe(event)}});
  json["attempts"] = Json::array();
  for (const Attempt& attempt : run.attempts) json["attempts"].push_back(to_wire(attempt));
  constexpr std::array programs{"train", "command", "script"};
  json["program"] = programs.at(run.manifest->program.index());
  json["manifest_file"] = detail.manifest_file;
  return json;
}

Json to_wire(const SubmitAnswer& answer) {
  Json data_sets = Json::array();
  for (const SubmitAnswer::DataSetPlan& data : answer.data_sets)
    data_sets.push_back({{"source", data.source},
                         {"digest", data.digest},
                         {"state", data.state},
                         {"size_bytes", data.size_bytes}});
  return {{"runs", answer.run_ids},
          {"repeated", answer.repeated},
          {"count", answer.runs},
          {"jobs", answer.jobs},
          {"gpus", answer.gpus},
          {"plan", {{"name", answer.plan}, {"gpus", answer.plan_gpus}, {"in_use", answer.plan_gpus_in_use}}},
          {"data_sets", data_sets}};
}

Json to_wire(const UsageTotals& totals, const UsageQuery& query) {
  Json by = Json::array(), rows = Json::array();
  for (GroupKey key : query.by) by.push_back(to_string(key));
  for (const UsageRow& row : totals.rows) rows.push_back(to_wire(row, query.by));
  return {{"since", to_unix(query.since)},
          {"until", to_unix(query.until)},
          {"zone", query.zone},
          {"by", by},
          {"rows", rows},
          {"total", to_wire(totals.total, {})}};
}

Json to_wire(const Driver::Status& status) {
  Json plan_use = Json::array();
  for (const auto& [who, use] : status.plan_use)
    plan_use.push_back({{"who", who}, {"gpus", use.gpus}, {"runs", use.runs}});
  return {{"events", status.events},
          {"scheduler",
           {{"name", status.scheduler.name},
            {"trouble", text_or_null(status.scheduler_trouble)},
            {"warnings", status.scheduler.warnings},
            {"polled_at", time_or_null(status.scheduler.polled_at)},
            {"poll_latency_ms", status.scheduler.latency.count()},
            {"poll_interval_ms", status.poll_interval.count()},
            {"calls_last_minute", status.scheduler.calls}}},
          {"runs", status.runs},
          {"data_sets", status.data_sets},
          {"plan_use", plan_use},
          {"longest_stall",
           {{"ms", static_cast<double>(status.longest_stall.length.count()) / 1000},
            {"at", to_unix(status.longest_stall.at)}}}};
}

std::string results_url(const TrainingRun& run) {
  const std::string& target = run.manifest->results_target;
  return target.empty() ? "" : target + layout::training_id(run.id) + '/';
}

Json to_wire(const std::vector<PlanDrift>& drift, bool applied) {
  Json rows = Json::array();
  for (const PlanDrift& row : drift)
    rows.push_back({{"object", row.object},
                    {"attribute", row.attribute},
                    {"is", row.is},
                    {"should_be", row.should_be},
                    {"done", applied && row.remedy.empty()},
                    {"remedy", row.remedy}});
  return {{"drift", rows}};
}

Json results_to_wire(const TrainingRun& run) {
  return {{"url", results_url(run)},
          {"stored", is_over(run.state) && run.stored_objects > 0},
          {"objects", run.stored_objects},
          {"size_bytes", run.stored_bytes}};
}

}  // namespace trainyard
