#include "daemon/manifest/sbatch_resources.h"

#include <algorithm>
#include <string_view>

#include "daemon/manifest/sbatch_values.h"

namespace trainyard::sbatch {
namespace {

using GivenOptions = std::map<std::string, Given>;

const Given* find(const GivenOptions& given, const char* name) {
  auto found = given.find(name);
  return found == given.end() ? nullptr : &found->second;
}

int number(const GivenOptions& given, const char* name, int otherwise) {
  const Given* option = find(given, name);
  return option ? option->value.get<int>() : otherwise;
}

std::string text(const GivenOptions& given, const char* name) {
  const Given* option = find(given, name);
  return option ? option->value.get<std::string>() : "";
}

void refuse_pair(const GivenOptions& given, const char* first, const char* second, Problems& problems) {
  const Given* one = find(given, first);
  const Given* other = find(given, second);
  if (one && other)
    problems.add(std::max(one->place, other->place), other->place > one->place ? other->text : one->text,
                 std::string("stands beside --") + (other->place > one->place ? first : second) +
                     ", and sbatch takes one of the two");
}

// Returns the greatest number of nodes that the job can get. Without --nodes, the tasks can be spread until
// each (or each group of --ntasks-per-node) has a node of its own.
int most_nodes(const GivenOptions& given) {
  const Given* nodes = find(given, "nodes");
  const int tasks = number(given, "ntasks", 1);
  if (!nodes) return std::max(1, tasks / std::max(1, number(given, "ntasks-per-node", 1)));
  return nodes->value.at("max").get<int>();
}

constexpr std::int64_t most_gpus = 1'000'000;

std::int64_t tasks(const GivenOptions& given, std::int64_t nodes) {
  const Given* told = find(given, "ntasks");
  return told ? told->value.get<std::int64_t>() : nodes * number(given, "ntasks-per-node", 1);
}

int bounded(std::int64_t gpus) { return static_cast<int>(std::min(gpus, most_gpus)); }

void count_gpus(const GivenOptions& given, Resources& resources, Problems& problems) {
  GpuCount per_node = gpus_in_gres(text(given, "gres"));
  if (const Given* option = find(given, "gpus-per-node"))
    per_node = gpus_in(option->value.get<std::string>());
  resources.gpus_per_node = per_node.count;
  resources.gpu = per_node.type;
  if (const Given* option = find(given, "gpus-per-socket")) {
    const Given* sockets = find(given, "sockets-per-node");
    if (!sockets)
      return problems.add(option->place, option->text, "counts sockets, and how many a node has is not said",
                          "add --sockets-per-node, or use --gpus-per-node");
    const GpuCount gpus = gpus_in(option->value.get<std::string>());
    resources.gpus_per_node = bounded(gpus.count * sockets->value.get<std::int64_t>());
    resources.gpu = gpus.type;
  }
  if (const Given* option = find(given, "gpus-per-task")) {
    const GpuCount gpus = gpus_in(option->value.get<std::string>());
    resources.gpus_in_all = bounded(gpus.count * tasks(given, resources.nodes));
    resources.gpu = gpus.type;
  }
  if (const Given* option = find(given, "gpus")) {
    const GpuCount gpus = gpus_in(option->value.get<std::string>());
    resources.gpus_in_all = gpus.count;
    resources.gpu = gpus.type;
  }
  if (const Given* option = find(given, "ntasks-per-gpu"); option && !find(given, "gpus")) {
    const auto shared_by = option->value.get<std::int64_t>();
    resources.gpus_in_all = bounded((tasks(given, resources.nodes) + shared_by - 1) / shared_by);
  }
}

}  // namespace

Resources resources_of(const GivenOptions& given, Problems& problems) {
  refuse_pair(given, "mem", "mem-per-cpu", problems);
  refuse_pair(given, "mem", "mem-per-gpu", problems);
  refuse_pair(given, "mem-per-cpu", "mem-per-gpu", problems);
  refuse_pair(given, "exclusive", "oversubscribe", problems);
  refuse_pair(given, "core-spec", "thread-spec", problems);
  Resources resources;
  resources.nodes = most_nodes(given);
  resources.ranks_per_node = 1;  // one rank: the script itself
  resources.cpus_per_rank = number(given, "cpus-per-task", 1);
  resources.memory_bytes = std::int64_t{number(given, "mem", 0)} << 20;
  resources.time_limit = std::chrono::minutes(std::max(0, number(given, "time", 0)));
  resources.partition = text(given, "partition");
  resources.account = text(given, "account");
  resources.qos = text(given, "qos");
  count_gpus(given, resources, problems);
  return resources;
}

namespace {

std::int64_t number_of(const Json& options, const char* name) {
  auto found = options.find(name);
  return found == options.end() ? 0 : found->get<std::int64_t>();
}

int gpus_of(const Json& options, const char* name) {
  auto found = options.find(name);
  if (found == options.end()) return 0;
  const auto& text = found->get_ref<const std::string&>();
  return (std::string_view(name) == "gres" ? gpus_in_gres(text) : gpus_in(text)).count;
}

// Returns the number of tasks that follows from options other than --ntasks (--ntasks-per-node, or numbers of
// GPUs); 0 if they imply none.
std::int64_t tasks_implied(const Json& options, std::int64_t nodes) {
  if (const std::int64_t per_node = number_of(options, "ntasks-per-node")) return nodes * per_node;
  const std::int64_t gpus = gpus_of(options, "gpus");
  if (const int per_task = gpus_of(options, "gpus-per-task"); gpus > 0 && per_task > 0)
    return gpus / per_task;
  const std::int64_t per_gpu = number_of(options, "ntasks-per-gpu");
  if (gpus > 0) return gpus * per_gpu;
  return nodes * std::max(gpus_of(options, "gpus-per-node"), gpus_of(options, "gres")) * per_gpu;
}

// Applies sbatch's rules for --hint. Removes --hint if the script has --extra-node-info, --ntasks-per-core or
// --threads-per-core, which set the same. Otherwise --hint=compute_bound removes --sockets-per-node and
// --cores-per-socket.
void apply_hint(Json& options) {
  auto hint = options.find("hint");
  if (hint == options.end()) return;
  for (const char* stronger : {"extra-node-info", "ntasks-per-core", "threads-per-core"})
    if (options.contains(stronger)) return void(options.erase("hint"));
  if (*hint != "compute_bound") return;
  options.erase("sockets-per-node");
  options.erase("cores-per-socket");
}

}  // namespace

void add_conclusions(Json& options) {
  apply_hint(options);
  auto nodes = options.find("nodes");
  const std::int64_t least = nodes == options.end() ? 1 : nodes->at("min").get<std::int64_t>();
  const std::int64_t told = number_of(options, "ntasks");
  const int gpus = gpus_of(options, "gpus"), per_node = gpus_of(options, "gpus-per-node");
  if (nodes == options.end() && per_node > 0 && gpus >= per_node)
    options["nodes"] = {{"min", gpus / per_node}, {"max", gpus / per_node}, {"implied", true}};
  if (told > 0 && told < least) *nodes = {{"min", told}, {"max", told}};
  if (told > 0) return;
  if (const std::int64_t implied = tasks_implied(options, least)) options["ntasks"] = implied;
}

}  // namespace trainyard::sbatch
