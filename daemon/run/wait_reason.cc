#include "daemon/run/wait_reason.h"

#include <array>
#include <utility>

namespace trainyard {
namespace {

constexpr std::array<std::pair<const char*, const char*>, 14> words{{
    {"None", "Slurm has not looked at it yet"},
    {"Priority", "jobs of higher priority are ahead"},
    {"Resources", "waiting for free nodes or GPUs"},
    {"Dependency", "waiting for its data set"},
    {"Licenses", "waiting for a licence"},
    {"PartitionDown", "its partition is down"},
    {"PartitionTimeLimit", "its time limit is above the partition's: ask for less in [resources] time_limit"},
    {"PartitionNodeLimit", "it asks for more nodes than its partition has"},
    {"ReqNodeNotAvail", "a node it needs is down or reserved"},
    {"BadConstraints", "Slurm holds it, since no node is as it asks for"},
    {"BeginTime", "its start time has not come"},
    {"JobHeldAdmin", "held by the admin"},
    {"JobHeldUser", "held by its user"},
    {"Reservation", "waiting for its reservation"},
}};

std::string in_words(const std::string& reason) {
  if (reason.empty()) return "waiting in Slurm's queue";
  for (const auto& [known, meaning] : words)
    if (reason == known) return std::string(meaning) + " (" + reason + ")";
  if (reason.starts_with("QOS") || reason.starts_with("Assoc"))
    return "a limit of the site in Slurm is reached (" + reason + ")";
  return "waiting in Slurm's queue (" + reason + ")";
}

bool is_in_queue(const std::string& what) {
  return what == "None" || what == "Priority" || what == "Resources";
}

}  // namespace

WaitingFor waiting_in_scheduler(const std::string& reason) { return {reason, in_words(reason)}; }

bool is_same_wait(const std::string& before, const std::string& now) {
  return before == now || (is_in_queue(before) && is_in_queue(now));
}

}  // namespace trainyard
