#include "daemon/manifest/manifest.h"

#include <utility>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

using std::chrono::seconds;

template <class T>
T integer(const Json& json, const char* key) {
  auto value = get<std::int64_t>(json, key);
  if (!std::in_range<T>(value)) throw Error(ErrorKind::invalid, std::string(key) + ": out of range");
  return static_cast<T>(value);
}

Json resources_to_json(const Resources& resources) {
  return {{"nodes", resources.nodes},
          {"gpus_per_node", resources.gpus_per_node},
          {"gpus_in_all", resources.gpus_in_all},
          {"gpu", resources.gpu},
          {"ranks_per_node", resources.ranks_per_node},
          {"cpus_per_rank", resources.cpus_per_rank},
          {"memory_bytes", resources.memory_bytes},
          {"time_limit_seconds", resources.time_limit.count()},
          {"partition", resources.partition},
          {"account", resources.account},
          {"qos", resources.qos},
          {"plan", resources.plan}};
}

Resources resources_from_json(const Json& json) {
  Resources resources;
  resources.nodes = integer<int>(json, "nodes");
  resources.gpus_per_node = integer<int>(json, "gpus_per_node");
  resources.gpus_in_all =
      get_or<std::int64_t>(json, "gpus_in_all", 0) == 0 ? 0 : integer<int>(json, "gpus_in_all");
  resources.gpu = get<std::string>(json, "gpu");
  resources.ranks_per_node = integer<int>(json, "ranks_per_node");
  resources.cpus_per_rank = integer<int>(json, "cpus_per_rank");
  resources.memory_bytes = get<std::int64_t>(json, "memory_bytes");
  resources.time_limit = seconds{get<std::int64_t>(json, "time_limit_seconds")};
  resources.partition = get<std::string>(json, "partition");
  resources.account = get<std::string>(json, "account");
  resources.qos = get<std::string>(json, "qos");
  resources.plan = get<std::string>(json, "plan");
  return resources;
}

std::map<std::string, std::string> strings_from_json(const Json& json, const char* key) {
  std::map<std::string, std::string> strings;
  Json object = get<Json>(json, key);
  if (!object.is_object()) throw Error(ErrorKind::invalid, std::string(key) + ": must be an object");
  for (const auto& [name, value] : object.items()) strings[name] = get<std::string>(object, name.c_str());
  return strings;
}

Json train_to_json(const TrainSpec& train) {
  return {{"device", train.device},
          {"layers", layers_to_json(train.layers)},
          {"training", training_to_json(train.training)}};
}

TrainSpec train_from_json(const Json& json) {
  TrainSpec train;
  train.device = get<std::string>(json, "device");
  train.layers = layers_from_json(get<Json>(json, "layers"));
  train.training = training_from_json(get<Json>(json, "training"));
  return train;
}

Json command_to_json(const CommandSpec& command) {
  return {{"run", command.run},
          {"setup", command.setup},
          {"code", command.code},
          {"launcher", to_string(command.launcher)},
          {"environment", command.environment}};
}

Json script_to_json(const ScriptSpec& script) {
  Json json = {{"text", *script.text},
               {"options", script.options},
               {"job_name", script.job_name},
               {"origin", to_json(*script.origin)}};
  if (const std::optional<ArrayTask>& task = script.array_task)
    json["array_task"] = {
        {"index", task->index}, {"count", task->count}, {"least", task->least}, {"most", task->most}};
  return json;
}

ScriptSpec script_from_json(const Json& json) {
  ScriptSpec script;
  script.text = get<std::string>(json, "text");
  script.options = get<Json>(json, "options");
  script.job_name = get<std::string>(json, "job_name");
  script.origin = script_origin_from_json(get<Json>(json, "origin"));
  if (!json.contains("array_task")) return script;
  const Json task = get<Json>(json, "array_task");
  script.array_task = {integer<int>(task, "index"), integer<int>(task, "count"), integer<int>(task, "least"),
                       integer<int>(task, "most")};
  return script;
}

CommandSpec command_from_json(const Json& json) {
  CommandSpec command;
  command.run = get<std::string>(json, "run");
  command.setup = get<std::string>(json, "setup");
  command.code = get<std::string>(json, "code");
  command.launcher = launcher_from(get<std::string>(json, "launcher"));
  command.environment = strings_from_json(json, "environment");
  return command;
}

}  // namespace

const char* to_string(Launcher launcher) {
  switch (launcher) {
    case Launcher::single:
      return "single";
    case Launcher::mpi:
      return "mpi";
    case Launcher::srun:
      return "srun";
  }
  return "";
}

Launcher launcher_from(const std::string& name) {
  for (Launcher launcher : {Launcher::single, Launcher::mpi, Launcher::srun})
    if (name == to_string(launcher)) return launcher;
  throw Error(ErrorKind::invalid, "no such launcher: " + name);
}

namespace {

// Adds the store and the credentials to the JSON, if they are set. Otherwise the JSON is the same as that of
// releases without stores, so that data sets keep their digests.
void add_store(Json& json, const StoreChoice& choice, const std::string& prefix) {
  if (!choice.store.empty()) json[prefix + "store"] = choice.store;
  if (!choice.credentials.empty()) json[prefix + "credentials"] = choice.credentials;
}

StoreChoice store_from_json(const Json& json, const std::string& prefix) {
  return {get_or<std::string>(json, (prefix + "store").c_str(), ""),
          get_or<std::string>(json, (prefix + "credentials").c_str(), "")};
}

}  // namespace

Json to_json(const DataSpec& data) {
  Json json{{"source", data.source},
            {"format", data.format},
            {"label_source", data.label_source},
            {"options", data.options},
            {"scale", data.scale},
            {"test_fraction", data.test_fraction},
            {"test_source", data.test_source},
            {"test_label_source", data.test_label_source},
            {"seed", data.seed}};
  add_store(json, data.store, "");
  return json;
}

DataSpec data_spec_from_json(const Json& json) {
  DataSpec data;
  data.source = get<std::string>(json, "source");
  data.format = get<std::string>(json, "format");
  data.label_source = get<std::string>(json, "label_source");
  data.options = get<Json>(json, "options");
  data.scale = get<double>(json, "scale");
  data.test_fraction = get<double>(json, "test_fraction");
  data.test_source = get<std::string>(json, "test_source");
  data.test_label_source = get<std::string>(json, "test_label_source");
  data.seed = integer<std::uint64_t>(json, "seed");
  data.store = store_from_json(json, "");
  return data;
}

Json to_json(const ScriptOrigin& origin) {
  return {{"path", origin.path},
          {"directory", origin.directory},
          {"host", origin.host},
          {"umask", origin.umask},
          {"variables", origin.variables}};
}

ScriptOrigin script_origin_from_json(const Json& json) {
  ScriptOrigin origin;
  origin.path = get<std::string>(json, "path");
  origin.directory = get<std::string>(json, "directory");
  origin.host = get<std::string>(json, "host");
  origin.umask = integer<int>(json, "umask");
  origin.variables = strings_from_json(json, "variables");
  return origin;
}

Json to_json(const Manifest& manifest) {
  Json json = {{"name", manifest.name},
               {"results_target", manifest.results_target},
               {"umask", manifest.umask},
               {"resources", resources_to_json(manifest.resources)},
               {"retry", to_json(manifest.retry)},
               {"sweep", manifest.sweep}};
  add_store(json, manifest.results_store, "results_");
  if (manifest.data) json["data"] = to_json(*manifest.data);
  if (const auto* train = std::get_if<TrainSpec>(&manifest.program)) json["train"] = train_to_json(*train);
  if (const auto* command = std::get_if<CommandSpec>(&manifest.program))
    json["command"] = command_to_json(*command);
  if (const auto* script = std::get_if<ScriptSpec>(&manifest.program))
    json["script"] = script_to_json(*script);
  return json;
}

Manifest manifest_from_json(const Json& json) {
  Manifest manifest;
  manifest.name = get<std::string>(json, "name");
  manifest.results_target = get<std::string>(json, "results_target");
  manifest.results_store = store_from_json(json, "results_");
  if (json.contains("umask")) manifest.umask = integer<int>(json, "umask");  // earlier releases wrote none
  manifest.resources = resources_from_json(get<Json>(json, "resources"));
  manifest.retry = retry_from_json(get<Json>(json, "retry"));
  manifest.sweep = strings_from_json(json, "sweep");
  if (json.contains("data")) manifest.data = data_spec_from_json(get<Json>(json, "data"));
  if (json.contains("train"))
    manifest.program = train_from_json(get<Json>(json, "train"));
  else if (json.contains("script"))
    manifest.program = script_from_json(get<Json>(json, "script"));
  else
    manifest.program = command_from_json(get<Json>(json, "command"));
  return manifest;
}

}  // namespace trainyard
