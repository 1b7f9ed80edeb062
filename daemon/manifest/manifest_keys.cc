#include <fmt/format.h>

#include <map>

#include "daemon/manifest/read_manifest.h"
#include "plugins/formats/table/format_table.h"

namespace trainyard {
namespace {

const Keys written_keys = {
    {"name", "string", "", "what the run is called: letters, digits, '.', '_' and '-'"},

    {"data.source", "URL", "", "the data set: one object, or a folder ending in /"},
    {"data.shape", "list of integers", "",
     "of one sample, channels first: [1, 8, 8]; by default as the data say; required for images and shards"},
    {"data.scale", "number", "1.0", "every value is multiplied by it"},
    {"data.test", "number or URL", "0.0",
     "the part of the samples held out for testing, or a second source for it"},
    {"data.seed", "integer", "1", "chooses which samples are held out"},

    {"data.store", "string", "", "s3: the site's store; by default the one that an admin has chosen"},
    {"data.credentials", "string", "",
     "s3: the name under which keys were added; by default the store's name, else default; anonymous: no "
     "keys"},

    {"results.target", "URL", "", "the folder that receives <training id>/ with the results"},

    {"results.store", "string", "", "s3: as data.store"},
    {"results.credentials", "string", "", "s3: as data.credentials"},

    {"resources.nodes", "integer", "1", "how many nodes"},
    {"resources.gpus_per_node", "integer", "0", "how many GPUs on each"},
    {"resources.gpu", "string", "", "their type as the cluster names it, such as k40; by default any"},
    {"resources.ranks_per_node", "integer", "",
     "processes on each node; by default one per GPU, and one at least"},
    {"resources.cpus", "integer", "1", "CPU cores per process"},
    {"resources.memory", "size", "", "per node, such as \"64 GiB\"; by default the partition's"},
    {"resources.time_limit", "duration", "\"01:00:00\"", "the longest the training may take"},
    {"resources.partition", "string", "", "Slurm's partition; by default the cluster's"},
    {"resources.account", "string", "", "Slurm's account; by default yours"},
    {"resources.qos", "string", "", "Slurm's quality of service; by default yours"},
    {"resources.plan", "string", "", "the plan that counts the GPUs; by default the one you belong to"},

    {"retry.attempts", "integer", "1", "how often the run may be started, all together"},
    {"retry.on", "list of causes", "[\"node_failure\", \"preempted\", \"lost\", \"try_again\"]",
     "the ends after which it is started again"},
    {"retry.warning", "duration", "\"00:01:00\"",
     "how long before the time limit the program gets USR2, where time_limit or preempted is tried again"},
};

const Keys command_keys = {
    {"command.run", "string", "", "what to run, for sh -c; may be several lines"},
    {"command.setup", "string", "", "shell lines before it: modules, a virtual environment"},
    {"command.code", "string", "",
     "a folder or archive beside the manifest; it becomes the working directory"},
    {"command.launcher", "single | mpi | srun", "\"single\"", "once, or once per rank by mpirun or srun"},
    {"command.environment.NAME", "string", "", "a variable of the program's environment"},
    {"sweep.NAME", "list", "", "values to try: one run for each, or for each combination of several lists"},
};

std::string as_written(const Value& value) {
  return std::holds_alternative<std::string>(value) ? '"' + std::get<std::string>(value) + '"'
                                                    : to_json(value).dump();
}

std::string type_of(const ParameterInfo& parameter) {
  switch (parameter.type) {
    case ValueType::integer:
      return "integer";
    case ValueType::number:
      return "number";
    case ValueType::choice:
      break;
  }
  std::string choices;
  for (const std::string& choice : parameter.choices) choices += (choices.empty() ? "" : " | ") + choice;
  return choices;
}

KeyInfo key_of(const std::string& path, const ParameterInfo& parameter) {
  return {path, type_of(parameter), parameter.otherwise ? as_written(*parameter.otherwise) : "",
          parameter.meaning};
}

void add_kinds(Keys& keys, const std::string& section, const KindTable& kinds) {
  for (const KindInfo& kind : kinds)
    for (const ParameterInfo& parameter : kind.parameters) {
      std::string path = section + '.' + kind.name;
      if (parameter.name != std::string(kind.principal)) path += std::string(".") + parameter.name;
      keys.push_back(key_of(path, parameter));
    }
}

std::string type_of(const FormatKey& key) {
  switch (key.type) {
    case FormatKeyType::boolean:
      return "boolean";
    case FormatKeyType::column:
      return "integer or string";
    case FormatKeyType::text:
    case FormatKeyType::file:
      return "string";
    case FormatKeyType::choice:
      break;
  }
  return fmt::format("{}", fmt::join(key.choices, " | "));
}

KeyInfo format_key() {
  std::string names;
  for (const FormatInfo& info : formats()) names += (names.empty() ? "" : " | ") + std::string(info.name);
  return {"data.format", names, "",
          "by default told from the source's name (.csv, .npz, …), and raw for [command]"};
}

std::string default_of(const FormatKey& key) { return key.otherwise.is_null() ? "" : key.otherwise.dump(); }

// Formats share names of keys: each name is one key, whose text tells what it means in each format. It has a
// default if that is the same in all these formats.
void add_formats(Keys& keys) {
  std::map<std::string, KeyInfo> by_name;
  for (const FormatInfo& info : formats())
    for (const FormatKey& key : info.keys) {
      KeyInfo& of_name = by_name[key.name];
      of_name.path = std::string("data.") + key.name;
      if (of_name.doc.empty()) of_name = {of_name.path, type_of(key), default_of(key), ""};
      if (of_name.type != type_of(key)) of_name.type = "integer or string";
      if (of_name.default_text != default_of(key)) of_name.default_text.clear();
      of_name.doc += fmt::format("{}{}: {}", of_name.doc.empty() ? "" : "; ", info.name, key.meaning);
    }
  for (auto& [name, key] : by_name) keys.push_back(std::move(key));
}

Keys all_keys() {
  Keys keys = written_keys;
  keys.push_back(format_key());
  add_formats(keys);
  keys.push_back(key_of("train.device", device_parameter()));
  for (const ParameterInfo& parameter : training_parameters())
    keys.push_back(key_of(std::string("train.") + parameter.name, parameter));
  keys.push_back({"train.layers", "list of layers", "",
                  "from the input to the output: [{ dense = 128 }, { dense = 10 }]"});
  add_kinds(keys, "train.layers", layer_kinds());
  keys.push_back({"train.optimizer", "table", "{ sgd = {} }",
                  "how weights are changed: { adam = { learning_rate = 0.001 } }"});
  add_kinds(keys, "train.optimizer", optimizer_kinds());
  keys.insert(keys.end(), command_keys.begin(), command_keys.end());
  return keys;
}

}  // namespace

const std::vector<ManifestKey>& manifest_keys() {
  static const Keys keys = all_keys();
  return keys;
}

}  // namespace trainyard
