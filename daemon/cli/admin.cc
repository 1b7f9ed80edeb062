// trainyard admin status, drain, resume: commands for the operators and admins of the daemon.
#include <fmt/format.h>

#include "daemon/base/command_line.h"
#include "daemon/base/text.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/table.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

std::string counts_text(const Json& counts) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : counts.items()) parts.push_back(count.dump() + ' ' + name);
  return parts.empty() ? "none" : join(parts, ", ");
}

std::string scheduler_text(const Json& scheduler, const std::string& zone) {
  std::string trouble = get_or<std::string>(scheduler, "trouble", "");
  std::string text = get_or<std::string>(scheduler, "name", "");
  return text + ", asked " + human_time(get_or<Json>(scheduler, "polled_at", Json()), zone) +
         (trouble.empty() ? "" : "; trouble: " + trouble);
}

// Returns a line "warning  TEXT" for each of the scheduler's warnings.
std::string warnings_text(const Json& scheduler) {
  std::string text;
  for (const Json& warning : get_or<Json>(scheduler, "warnings", Json::array()))
    text += field_line("warning", warning.get<std::string>());
  return text;
}

// Returns "32 in the last minute: 30 load_jobs, 2 submit; the state of all jobs in 3 ms, every 2000 ms".
std::string calls_text(const Json& scheduler) {
  Json calls = get_or<Json>(scheduler, "calls_last_minute", Json::object());
  std::int64_t total = 0;
  for (const auto& [kind, count] : calls.items()) total += count.get<std::int64_t>();
  return fmt::format("{} in the last minute: {}; the state of all jobs in {} ms, every {} ms", total,
                     counts_text(calls), get_or<std::int64_t>(scheduler, "poll_latency_ms", 0),
                     get_or<std::int64_t>(scheduler, "poll_interval_ms", 0));
}

// Returns "3.2 ms, 2026-11-23 10:30:00": how long the loop was blocked, and when.
std::string stall_text(const Json& stall, const std::string& zone) {
  return fmt::format("{:.1f} ms, {}", get_or<double>(stall, "ms", 0),
                     human_time(get_or<Json>(stall, "at", Json()), zone));
}

std::string plan_use_text(const Json& plan_use) {
  TextTable table({{"PLAN AND USER"}, {"GPUS", Align::right}, {"RUNS"}});
  for (const Json& use : plan_use) {
    std::vector<std::string> runs;
    for (const Json& id : get_or<Json>(use, "runs", Json::array())) runs.push_back(id.dump());
    table.add({get_or<std::string>(use, "who", ""), std::to_string(get_or<std::int64_t>(use, "gpus", 0)),
               join(runs, " ")});
  }
  return table.empty() ? "" : '\n' + table.text();
}

int run_admin_status(Context& context, const Arguments& arguments) {
  Json status = context.daemon().get("/v1/admin/status");
  if (arguments.has("--json")) {
    context.print_json(status);
    return 0;
  }
  bool drained = get_or<bool>(status, "drained", false);
  context.print(std::string("trainyardd ") + (drained ? "drained: no new run starts" : "running") + '\n' +
                field_line("since", human_time(get_or<Json>(status, "since", Json()), context.zone())) +
                field_line("scheduler", scheduler_text(get<Json>(status, "scheduler"), context.zone())) +
                warnings_text(get<Json>(status, "scheduler")) +
                field_line("calls", calls_text(get<Json>(status, "scheduler"))) +
                field_line("runs", counts_text(get_or<Json>(status, "runs", Json::object()))) +
                field_line("data sets", counts_text(get_or<Json>(status, "data_sets", Json::object()))) +
                field_line("events", std::to_string(get_or<std::int64_t>(status, "events", 0))) +
                field_line("longest stall", stall_text(get_or<Json>(status, "longest_stall", Json::object()),
                                                       context.zone())) +
                plan_use_text(get_or<Json>(status, "plan_use", Json::array())));
  return 0;
}

int set_drained(Context& context, const Arguments& arguments, const std::string& action) {
  Json answer = context.daemon().post("/v1/admin/" + action);
  if (arguments.has("--json"))
    context.print_json(answer);
  else
    context.print(get<bool>(answer, "drained")
                      ? "drained: runs are still accepted, none starts; running ones continue\n"
                      : "resumed: queued runs start as their plans allow\n");
  return 0;
}

int run_drain(Context& context, const Arguments& arguments) {
  return set_drained(context, arguments, "drain");
}
int run_resume(Context& context, const Arguments& arguments) {
  return set_drained(context, arguments, "resume");
}

}  // namespace

Command admin_status_command() {
  return {"admin status",   "Show the daemon's state, all runs and the use of the plans",
          "For operators.", {},
          {json_option()},  {{"trainyard admin status", "does Slurm answer, and who holds how many GPUs?"}},
          run_admin_status};
}

Command admin_drain_command() {
  return {"admin drain",
          "Start no new run; running ones continue",
          "For operators. Runs are still accepted and wait. The daemon stays drained when it is restarted.",
          {},
          {json_option()},
          {{"trainyard admin drain", "before a maintenance"}},
          run_drain};
}

Command admin_resume_command() {
  return {"admin resume",   "End a drain: queued runs start again",
          "For operators.", {},
          {json_option()},  {{"trainyard admin resume", "after a maintenance"}},
          run_resume};
}

}  // namespace trainyard
