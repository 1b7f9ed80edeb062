#include "daemon/cli/show_run.h"
#include "daemon/base/printable.h"

#include <fmt/format.h>

#include "daemon/cli/table.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

std::string text_at(const Json& object, const char* key) { return get_or<std::string>(object, key, ""); }
Json at(const Json& object, const char* key) { return get_or<Json>(object, key, Json()); }

std::string line_unless_empty(const std::string& name, const std::string& value) {
  return value.empty() ? "" : field_line(name, value);
}

std::string resources_text(const Json& run) {
  std::int64_t gpus = get_or<std::int64_t>(run, "gpus", 0);
  std::string type = text_at(run, "gpu");
  std::string text = gpus == 0 ? "no GPU" : count_of(gpus, "GPU") + (type.empty() ? "" : " (" + type + ')');
  if (std::string nodes = text_at(run, "nodes"); !nodes.empty()) text += " on " + nodes;
  return text;
}

std::string times_text(const Json& run, const std::string& zone) {
  std::string text = field_line("submitted", human_time(at(run, "accepted_at"), zone));
  if (!at(run, "started_at").is_null())
    text += field_line("started", human_time(at(run, "started_at"), zone));
  if (!at(run, "ended_at").is_null()) text += field_line("ended", human_time(at(run, "ended_at"), zone));
  if (auto seconds = duration_of_run(run)) text += field_line("elapsed", human_duration(*seconds));
  return text +
         field_line("GPU time", fmt::format("{} GPU-seconds", get_or<std::int64_t>(run, "gpu_seconds", 0)));
}

std::string sweep_text(const Json& run) {
  std::string text;
  Json sweep = get_or<Json>(run, "sweep", Json::object());
  for (const auto& [key, value] : sweep.items())
    text += (text.empty() ? "" : ", ") + key + " = " +
            (value.is_string() ? value.get<std::string>() : value.dump());
  return text;
}

std::string data_text(const Json& run) {
  Json data = at(run, "data");
  if (!data.is_object()) return "";
  std::string reason = text_at(data, "reason");
  return text_at(data, "source") + " (" + text_at(data, "state") +
         (reason.empty() ? ")" : ": " + reason + ')');
}

std::string end_text(const Json& run) {
  std::string text = line_unless_empty("reason", text_at(run, "reason"));
  if (Json code = at(run, "exit_code"); !code.is_null()) text += field_line("exit code", code.dump());
  if (Json signal = at(run, "signal"); !signal.is_null()) text += field_line("signal", signal.dump());
  return text;
}

void add_job(TextTable& table, const std::string& attempt, const char* role, const Json& job,
             const std::string& zone) {
  if (!job.is_object()) return;
  table.add({attempt, role, human_job(job), text_at(job, "nodes"), human_time(at(job, "started_at"), zone),
             human_time(at(job, "ended_at"), zone), text_at(job, "state")});
}

std::string attempts_text(const Json& run, const std::string& zone) {
  TextTable table({{"ATTEMPT", Align::right},
                   {"JOB"},
                   {"ID", Align::right},
                   {"NODES"},
                   {"STARTED"},
                   {"ENDED"},
                   {"STATE"}});
  std::string reasons;
  for (const Json& attempt : get_or<Json>(run, "attempts", Json::array())) {
    std::string number = at(attempt, "number").dump();
    add_job(table, number, "train", at(attempt, "train"), zone);
    add_job(table, number, "store", at(attempt, "store"), zone);
    if (std::string reason = text_at(attempt, "reason"); !reason.empty())
      reasons += field_line("attempt " + number, reason);
  }
  return table.empty() ? reasons : '\n' + table.text() + reasons;
}

std::string events_text(const Json& run, const std::string& zone) {
  TextTable table({{"AT"}, {"EVENT"}, {"WHAT"}});
  for (const Json& event : get_or<Json>(run, "events", Json::array()))
    table.add({human_time(at(event, "at"), zone), text_at(event, "event"), text_at(event, "text")});
  return table.empty() ? "" : '\n' + table.text();
}

std::string last_lines_text(const Json& run) {
  if (text_at(run, "state") != "failed") return "";
  std::string text;
  for (const Json& line : get_or<Json>(run, "last_lines", Json::array()))
    text += "  | " + printable(line.get<std::string>()) + '\n';
  return text.empty() ? "" : "\nlast lines of the log\n" + text;
}

}  // namespace

std::string run_text(const Json& run, const std::string& zone) {
  std::string text = fmt::format("{}  {}  {}\n", text_at(run, "training_id"), printable(text_at(run, "name")),
                                 text_at(run, "state"));
  text += line_unless_empty("waits for", text_at(run, "waiting"));
  if (Json start = at(run, "expected_start"); !start.is_null())
    text += field_line("starts", human_time(start, zone) + ", as Slurm expects it now");
  text += end_text(run);
  text += line_unless_empty("user", text_at(run, "user")) + line_unless_empty("plan", text_at(run, "plan"));
  text += line_unless_empty("account", text_at(run, "account")) +
          line_unless_empty("partition", text_at(run, "partition"));
  text += field_line("resources", resources_text(run)) + line_unless_empty("sweep", sweep_text(run));
  text += times_text(run, zone);
  text += line_unless_empty("data", data_text(run)) + line_unless_empty("results", text_at(run, "results"));
  text += line_unless_empty("directory", text_at(run, "directory"));
  return text + attempts_text(run, zone) + events_text(run, zone) + last_lines_text(run);
}

}  // namespace trainyard
