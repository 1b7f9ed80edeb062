#include "daemon/deputy/wire.h"

#include "daemon/base/error.h"
#include "daemon/base/printable.h"
#include "daemon/run/event_values.h"

namespace trainyard::wire {
namespace {

constexpr std::size_t most_message_bytes = 4000;
constexpr std::int64_t most_of_anything = std::int64_t{1} << 60;

template <class T>
T whole(const Json& json, const char* key) {
  auto value = get<std::int64_t>(json, key);
  if (!std::in_range<T>(value)) throw Error(ErrorKind::invalid, std::string(key) + ": out of range");
  return static_cast<T>(value);
}

// Returns a number of things or bytes, with which the daemon can calculate.
std::int64_t amount(const Json& json, const char* key) {
  const auto value = get<std::int64_t>(json, key);
  if (value < 0 || value > most_of_anything)
    throw Error(ErrorKind::invalid, std::string(key) + ": out of range");
  return value;
}

const Json& list_in(const Json& json) {
  if (!json.is_array()) throw Error(ErrorKind::invalid, "a list was expected");
  return json;
}

std::string message_in(const Json& json, const char* key) {
  return printable(get<std::string>(json, key).substr(0, most_message_bytes));
}

Json mount_to_json(const Mount& mount) { return {{"source", mount.source}, {"type", mount.type}}; }

Mount mount_from_json(const Json& json) {
  return {get<std::string>(json, "source"), get<std::string>(json, "type")};
}

Json dependency_to_json(const std::optional<JobDependency>& dependency) {
  if (!dependency) return nullptr;
  return {{"kind", static_cast<int>(dependency->kind)}, {"job_id", dependency->job_id}};
}

std::optional<JobDependency> dependency_from_json(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return JobDependency{static_cast<JobDependency::Kind>(get<std::int64_t>(json, "kind")),
                       whole<std::uint32_t>(json, "job_id")};
}

}  // namespace

Json to_json(const ScratchRoot& root) {
  return {
      {"base", root.base}, {"path", root.path}, {"mount", root.mount ? mount_to_json(*root.mount) : Json()}};
}

ScratchRoot scratch_root_from_json(const Json& json) {
  ScratchRoot root{get<std::string>(json, "base"), get<std::string>(json, "path"), {}};
  if (Json mount = get<Json>(json, "mount"); !mount.is_null()) root.mount = mount_from_json(mount);
  return root;
}

Json to_json(const ScratchState& state) {
  return {{"mount", mount_to_json(state.mount)}, {"was_purged", state.was_purged}};
}

ScratchState scratch_state_from_json(const Json& json) {
  return {mount_from_json(get<Json>(json, "mount")), get<bool>(json, "was_purged")};
}

Json to_json(const std::vector<AttemptFiles>& attempts) {
  Json list = Json::array();
  for (const AttemptFiles& attempt : attempts)
    list.push_back({{"run_directory", attempt.run_directory},
                    {"directory", attempt.directory},
                    {"launch", attempt.launch},
                    {"code_digest", attempt.code_digest}});
  return list;
}

std::vector<AttemptFiles> attempts_from_json(const Json& json) {
  std::vector<AttemptFiles> attempts;
  for (const Json& item : list_in(json))
    attempts.push_back({get<std::string>(item, "run_directory"), get<std::string>(item, "directory"),
                        get<std::string>(item, "launch"), get<std::string>(item, "code_digest")});
  return attempts;
}

Json to_json(const std::optional<ArrayLinks>& links) {
  if (!links) return nullptr;
  return {{"directory", links->directory}, {"targets", links->targets}};
}

std::optional<ArrayLinks> array_links_from_json(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return ArrayLinks{get<std::string>(json, "directory"), text_map_from_json(get<Json>(json, "targets"))};
}

Json to_json(const FilesFound& found) {
  Json files = Json::object();
  for (const auto& [name, file] : found.files)
    files[name] = {{"text", file.text ? Json(*file.text) : Json()}, {"problem", file.problem}};
  return {{"has_directory", found.has_directory}, {"may_write", found.may_write}, {"files", files}};
}

FilesFound files_found_from_json(const Json& json) {
  FilesFound found;
  found.has_directory = get<bool>(json, "has_directory");
  found.may_write = get<bool>(json, "may_write");
  Json files = get<Json>(json, "files");
  if (!files.is_object()) throw Error(ErrorKind::invalid, "files: an object was expected");
  for (const auto& [name, file] : files.items()) {
    FileText text{std::nullopt, get<std::string>(file, "problem")};
    if (!get<Json>(file, "text").is_null()) text.text = get<std::string>(file, "text");
    found.files[name] = std::move(text);
  }
  return found;
}

Json to_json(const SourceList& list) {
  return {{"digest", list.digest}, {"objects", list.objects}, {"size_bytes", list.size_bytes}};
}

SourceList source_list_from_json(const Json& json) {
  return {get<std::string>(json, "digest"), amount(json, "objects"), amount(json, "size_bytes")};
}

Json to_json(const JobRequest& r) {
  return {{"token", r.token},
          {"comment", r.comment},
          {"uid", r.uid},
          {"gid", r.gid},
          {"tasks", r.tasks},
          {"script", r.script},
          {"environment", r.environment},
          {"working_directory", r.working_directory},
          {"output", r.output},
          {"nodes", r.nodes},
          {"tasks_per_node", r.tasks_per_node},
          {"cpus_per_task", r.cpus_per_task},
          {"memory_bytes_per_node", r.memory_bytes_per_node},
          {"gpus_per_node", r.gpus_per_node},
          {"gpu_type", r.gpu_type},
          {"time_limit_s", r.time_limit.count()},
          {"partition", r.partition},
          {"account", r.account},
          {"qos", r.qos},
          {"exclude_nodes", r.exclude_nodes},
          {"warning_signal", r.warning_signal},
          {"warning_time_s", r.warning_time.count()},
          {"dependency", dependency_to_json(r.dependency)},
          {"held", r.held},
          {"batch_options", r.batch_options},
          {"command", r.command}};
}

JobRequest job_request_from_json(const Json& json) {
  JobRequest r;
  r.token = get<std::string>(json, "token");
  r.comment = get<std::string>(json, "comment");
  r.uid = whole<std::uint32_t>(json, "uid");
  r.gid = whole<std::uint32_t>(json, "gid");
  const Json tasks = get<Json>(json, "tasks");
  for (const Json& task : list_in(tasks)) r.tasks.push_back(task.get<std::uint32_t>());
  r.script = get<std::string>(json, "script");
  r.environment = texts_from_json(get<Json>(json, "environment"));
  r.working_directory = get<std::string>(json, "working_directory");
  r.output = get<std::string>(json, "output");
  r.nodes = whole<int>(json, "nodes");
  r.tasks_per_node = whole<int>(json, "tasks_per_node");
  r.cpus_per_task = whole<int>(json, "cpus_per_task");
  r.memory_bytes_per_node = get<std::int64_t>(json, "memory_bytes_per_node");
  r.gpus_per_node = whole<int>(json, "gpus_per_node");
  r.gpu_type = get<std::string>(json, "gpu_type");
  r.time_limit = std::chrono::seconds(get<std::int64_t>(json, "time_limit_s"));
  r.partition = get<std::string>(json, "partition");
  r.account = get<std::string>(json, "account");
  r.qos = get<std::string>(json, "qos");
  r.exclude_nodes = get<std::string>(json, "exclude_nodes");
  r.warning_signal = whole<int>(json, "warning_signal");
  r.warning_time = std::chrono::seconds(get<std::int64_t>(json, "warning_time_s"));
  r.dependency = dependency_from_json(get<Json>(json, "dependency"));
  r.held = get<bool>(json, "held");
  r.batch_options = get<Json>(json, "batch_options");
  r.command = get<std::string>(json, "command");
  return r;
}

Json to_json(const QueuedJob& job) { return {{"job_id", job.job_id}, {"said", job.said}}; }

QueuedJob queued_job_from_json(const Json& json) {
  return {whole<std::uint32_t>(json, "job_id"), message_in(json, "said")};
}

Json to_json(const JobKey& key) { return trainyard::to_json(key); }
JobKey job_key_from_json(const Json& json) { return trainyard::job_key_from_json(json); }

std::set<Token> tokens_from_json(const Json& json) {
  std::set<Token> tokens;
  for (const Json& token : json) {
    if (!token.is_string()) throw Error(ErrorKind::invalid, "tokens: a list of texts is expected");
    tokens.insert(token.get<Token>());
  }
  return tokens;
}

Json to_json(const std::vector<JobStatus>& jobs) {
  Json list = Json::array();
  for (const JobStatus& job : jobs) list.push_back(trainyard::to_json(job));
  return list;
}

std::vector<JobStatus> jobs_from_json(const Json& json) {
  std::vector<JobStatus> jobs;
  for (const Json& item : list_in(json)) jobs.push_back(job_status_from_json(item));
  return jobs;
}

Json to_json(const std::vector<PlanLimit>& plans) {
  Json list = Json::array();
  for (const PlanLimit& plan : plans)
    list.push_back({{"name", plan.name},
                    {"gpus", plan.gpus},
                    {"per_account", plan.per_account},
                    {"members", plan.members}});
  return list;
}

std::vector<PlanLimit> plan_limits_from_json(const Json& json) {
  std::vector<PlanLimit> plans;
  for (const Json& item : list_in(json)) {
    std::vector<std::string> members = texts_from_json(get<Json>(item, "members"));
    plans.push_back({get<std::string>(item, "name"),
                     whole<int>(item, "gpus"),
                     get<bool>(item, "per_account"),
                     {members.begin(), members.end()}});
  }
  return plans;
}

Json to_json(const std::vector<PlanDrift>& drift) {
  Json list = Json::array();
  for (const PlanDrift& one : drift)
    list.push_back({{"object", one.object},
                    {"attribute", one.attribute},
                    {"is", one.is},
                    {"should_be", one.should_be},
                    {"remedy", one.remedy}});
  return list;
}

std::vector<PlanDrift> plan_drift_from_json(const Json& json) {
  std::vector<PlanDrift> drift;
  for (const Json& item : list_in(json))
    drift.push_back({get<std::string>(item, "object"), get<std::string>(item, "attribute"),
                     get<std::string>(item, "is"), get<std::string>(item, "should_be"),
                     get<std::string>(item, "remedy")});
  return drift;
}

Json to_json(const Error& error) {
  const bool no_room = dynamic_cast<const NoRoom*>(&error) != nullptr;
  return {{"kind", to_string(error.kind())}, {"message", error.what()}, {"no_room", no_room}};
}

void throw_error_in(const Json& json) {
  if (get_or<bool>(json, "no_room", false)) throw NoRoom(message_in(json, "message"));
  throw Error(error_kind_from(get<std::string>(json, "kind")), message_in(json, "message"));
}

std::vector<std::string> texts_from_json(const Json& json) {
  std::vector<std::string> texts;
  for (const Json& item : list_in(json)) {
    if (!item.is_string()) throw Error(ErrorKind::invalid, "a list of texts was expected");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

std::map<std::string, std::string> text_map_from_json(const Json& json) {
  std::map<std::string, std::string> texts;
  if (!json.is_object()) throw Error(ErrorKind::invalid, "an object was expected");
  for (const auto& [name, value] : json.items()) {
    if (!value.is_string()) throw Error(ErrorKind::invalid, name + ": a text was expected");
    texts[name] = value.get<std::string>();
  }
  return texts;
}

}  // namespace trainyard::wire
