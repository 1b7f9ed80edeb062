// Reads the [resources] and [retry] tables of a manifest.
#include <algorithm>

#include "daemon/manifest/name_rules.h"
#include "daemon/manifest/sections.h"

namespace trainyard {

Resources read_resources(Fields fields) {
  constexpr std::int64_t year_seconds = 365LL * 24 * 3600;
  Resources resources;
  fields.integer("nodes", resources.nodes, {1, 10'000});
  fields.integer("gpus_per_node", resources.gpus_per_node, {0, 64});
  fields.text("gpu", resources.gpu, problem_with_name);
  resources.ranks_per_node = std::max(1, resources.gpus_per_node);
  fields.integer("ranks_per_node", resources.ranks_per_node, {1, 1024});
  fields.integer("cpus", resources.cpus_per_rank, {1, 1024});
  fields.size("memory", resources.memory_bytes, {std::int64_t{1} << 20, std::int64_t{1} << 50});
  fields.duration("time_limit", resources.time_limit, {1, year_seconds});
  fields.text("partition", resources.partition, problem_with_name);
  fields.text("account", resources.account, problem_with_name);
  fields.text("qos", resources.qos, problem_with_name);
  fields.text("plan", resources.plan, problem_with_name);
  if (!resources.gpu.empty() && resources.gpus_per_node == 0)
    fields.problem("gpu", "is given, but no GPU is asked for", "gpus_per_node = 1, or leave gpu out");
  return resources;
}

RetrySpec read_retry(Fields fields) {
  RetrySpec retry;
  if (fields.require("attempts")) fields.integer("attempts", retry.attempts, {1, 100});
  std::vector<std::string> on;
  if (fields.words("on", on, retry_words())) {
    retry.on.clear();
    for (const std::string& word : on) retry.on.push_back(cause_from(word));
  }
  fields.duration("warning", retry.warning, {1, 3600});
  return retry;
}

}  // namespace trainyard
