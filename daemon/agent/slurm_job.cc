#include "daemon/agent/slurm_job.h"

#include <unistd.h>

#include <cstdlib>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string this_host() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

// Splits a list into names: "a[1-2,5],b" → "a[1-2,5]" and "b". Commas inside brackets do not separate names.
std::vector<std::string> split_names(const std::string& list) {
  std::vector<std::string> names(1);
  int depth = 0;
  for (char c : list) {
    if (c == '[') ++depth;
    if (c == ']') --depth;
    if (c == ',' && depth == 0)
      names.emplace_back();
    else
      names.back() += c;
  }
  return names;
}

// Returns the numbers of "07" or "1-3", with leading zeros as the first number has them; empty if the text is
// neither.
std::vector<std::string> expand_range(const std::string& range) {
  constexpr int most = 100'000;
  const std::vector<std::string> ends = split(range, '-');
  const auto first = whole_number<int>(ends.front());
  const auto last = whole_number<int>(ends.back());
  if (ends.size() > 2 || !first || !last || *first < 0 || *last - *first > most) return {};
  std::vector<std::string> numbers;
  for (int i = *first; i <= *last; ++i) {
    std::string text = std::to_string(i);
    if (text.size() < ends.front().size()) text.insert(0, ends.front().size() - text.size(), '0');
    numbers.push_back(text);
  }
  return numbers;
}

}  // namespace

Claim claim_of_this_job() {
  Claim claim;
  // Only SLURM_ARRAY_JOB_ID shows that this job belongs to an array: Trainyard also sets SLURM_ARRAY_TASK_ID
  // for a batch script with --array, whose tasks are single jobs.
  const auto array_id = whole_number<std::uint32_t>(variable("SLURM_ARRAY_JOB_ID"));
  const auto job_id = array_id ? array_id : whole_number<std::uint32_t>(variable("SLURM_JOB_ID"));
  if (!job_id)
    throw Error(ErrorKind::invalid, "SLURM_JOB_ID is not set: this program runs inside a job of Slurm's");
  claim.cluster = variable("SLURM_CLUSTER_NAME");
  claim.job_id = *job_id;
  if (array_id) claim.array_task = whole_number<std::uint32_t>(variable("SLURM_ARRAY_TASK_ID"));
  claim.restarts = whole_number<int>(variable("SLURM_RESTART_COUNT")).value_or(0);
  claim.host = this_host();
  claim.at = now();
  return claim;
}

std::vector<std::string> hosts_of_this_job() {
  const std::string list = variable("SLURM_JOB_NODELIST");
  return list.empty() ? std::vector{this_host()} : expand_hosts(list);
}

int gpus_of_this_job() {
  const int per_node = whole_number<int>(variable("SLURM_GPUS_ON_NODE")).value_or(0);
  return per_node * whole_number<int>(variable("SLURM_JOB_NUM_NODES")).value_or(1);
}

std::vector<std::string> expand_hosts(const std::string& list) {
  std::vector<std::string> hosts;
  for (const std::string& name : split_names(list)) {
    const std::size_t open = name.find('[');
    const std::size_t close = name.find(']');
    std::vector<std::string> numbers;
    if (open != std::string::npos && close != std::string::npos && open < close)
      for (const std::string& range : split(name.substr(open + 1, close - open - 1), ','))
        for (const std::string& text : expand_range(range)) numbers.push_back(text);
    if (numbers.empty()) hosts.push_back(name);
    for (const std::string& text : numbers)
      hosts.push_back(name.substr(0, open) + text + name.substr(close + 1));
  }
  return hosts;
}

}  // namespace trainyard
