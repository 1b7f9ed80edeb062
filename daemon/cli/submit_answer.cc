#include "daemon/cli/submit_answer.h"

#include <fmt/format.h>

#include "daemon/base/text.h"
#include "daemon/cli/table.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

// Returns "training-1" or "training-1 to training-9 (9 runs)": the runs of one submission have successive
// numbers.
std::string runs_text(const Json& runs) {
  if (runs.empty()) return "no run";
  std::string first = "training-" + runs.front().dump();
  return runs.size() == 1
             ? first
             : fmt::format("{} to training-{} ({} runs)", first, runs.back().dump(), runs.size());
}

std::string plan_text(const Json& plan) {
  if (get_or<std::string>(plan, "name", "").empty()) return "none: no limit but the cluster's";
  std::int64_t gpus = integer_or_zero(plan, "gpus"), in_use = integer_or_zero(plan, "in_use");
  return fmt::format("{}: {} of {} in use, {} free", get<std::string>(plan, "name"), in_use,
                     count_of(gpus, "GPU"), std::max<std::int64_t>(0, gpus - in_use));
}

std::string data_set_text(const Json& data_set) {
  std::string state = get_or<std::string>(data_set, "state", "");
  std::string meaning = state == "ready"     ? "on scratch already"
                        : state == "staging" ? "on its way to scratch"
                                             : "to be staged to scratch";
  return fmt::format("{} ({}, {})", get_or<std::string>(data_set, "source", ""),
                     format_size(integer_or_zero(data_set, "size_bytes")), meaning);
}

}  // namespace

std::string submitted_text(const std::string& file, const Json& answer) {
  bool repeated = get_or<bool>(answer, "repeated", false);
  return fmt::format("{}: {}{}\n", file, runs_text(get<Json>(answer, "runs")),
                     repeated ? ", submitted before under this client id" : "");
}

std::string dry_run_text(const std::string& file, const Json& answer) {
  std::string text = fmt::format("{}: valid; nothing was submitted\n", file);
  text += field_line("runs", std::to_string(integer_or_zero(answer, "count")));
  text += field_line("jobs", std::to_string(integer_or_zero(answer, "jobs")));
  text += field_line("GPUs", fmt::format("{} in total", integer_or_zero(answer, "gpus")));
  text += field_line("plan", plan_text(get_or<Json>(answer, "plan", Json::object())));
  for (const Json& data_set : get_or<Json>(answer, "data_sets", Json::array()))
    text += field_line("data", data_set_text(data_set));
  return text;
}

std::string next_steps_text(const std::vector<std::int64_t>& run_ids) {
  if (run_ids.empty()) return "";
  if (run_ids.size() > 1)
    return "next: 'trainyard list' shows how they do, 'trainyard cancel RUN' ends one\n";
  return fmt::format("next: 'trainyard show {0}' shows its state, 'trainyard logs -f {0}' follows its log\n",
                     run_ids[0]);
}

}  // namespace trainyard
