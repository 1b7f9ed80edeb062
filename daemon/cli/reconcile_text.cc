#include "daemon/cli/reconcile_text.h"

#include <fmt/format.h>

#include <map>

#include "daemon/base/clock.h"
#include "daemon/cli/table.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

std::string number_text(const Json& row, const char* key) {
  Json value = get_or<Json>(row, key, Json());
  return value.is_null() ? "-" : value.dump();
}

// Returns the cell for a job in the ledger or in slurmdbd, seconds × GPUs: "3600 s × 2"; "3600 s × ?" if the
// GPUs are not on record; "-" if the ledger or slurmdbd does not have the job.
std::string account_text(const Json& account) {
  if (account.is_null()) return "-";
  Json started = get<Json>(account, "started_at"), ended = get<Json>(account, "ended_at");
  if (started.is_null()) return "never started";
  if (ended.is_null()) return "no end";
  Json gpus = get<Json>(account, "gpus");
  return fmt::format("{} s × {}", ended.get<std::int64_t>() - started.get<std::int64_t>(),
                     gpus.is_null() ? "?" : gpus.dump());
}

Json start_of(const Json& row) {
  const Json ledger = get<Json>(row, "ledger");
  return get<Json>(ledger.is_null() ? get<Json>(row, "slurmdbd") : ledger, "started_at");
}

}  // namespace

std::string reconcile_text(const Json& report, const std::string& zone) {
  TextTable table({{"JOB", Align::right},
                   {"RUN", Align::right},
                   {"USER"},
                   {"STARTED"},
                   {"TRAINYARD", Align::right},
                   {"SLURMDBD", Align::right},
                   {"EXCESS GPU-S", Align::right},
                   {"DIFF S", Align::right},
                   {"EXPLAINED S", Align::right},
                   {"HEARTBEAT GAP S", Align::right},
                   {"REASON"}});
  std::map<std::string, std::string> meanings;
  for (const Json& row : get<Json>(report, "rows")) {
    std::string finding = get<std::string>(row, "finding");
    meanings[finding] = get<std::string>(row, "text");
    table.add({human_job(row), number_text(row, "run"), get_or<std::string>(row, "user", "-"),
               human_time(start_of(row), zone), account_text(get<Json>(row, "ledger")),
               account_text(get<Json>(row, "slurmdbd")), number_text(row, "gpu_seconds_too_many"),
               number_text(row, "seconds_apart"), number_text(row, "seconds_allowed"),
               number_text(row, "seconds_unseen"), finding});
  }
  std::string text = table.empty() ? "" : table.text() + '\n';
  for (const auto& [finding, meaning] : meanings) text += finding + ": " + meaning + '\n';
  if (!meanings.empty()) text += '\n';
  if (std::int64_t corrected = get_or<std::int64_t>(report, "corrected", 0); corrected != 0)
    text += fmt::format("{} corrected: reversed, and recorded again as slurmdbd has it\n\n", corrected);
  if (std::int64_t entered = get_or<std::int64_t>(report, "entered", 0); entered != 0)
    text += fmt::format("{} recorded that the daemon did not have\n\n", entered);
  return text + fmt::format("{} usage records, {} equal, {} explained, {} unexplained\n",
                            number_text(report, "segments"), number_text(report, "equal"),
                            number_text(report, "explained"), number_text(report, "unexplained"));
}

}  // namespace trainyard
