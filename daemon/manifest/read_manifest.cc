#include "daemon/manifest/read_manifest.h"

#include "daemon/base/text.h"
#include "daemon/manifest/expansion.h"
#include "daemon/manifest/name_rules.h"
#include "daemon/manifest/read_sbatch.h"
#include "daemon/manifest/read_toml.h"
#include "daemon/manifest/sbatch_lines.h"
#include "daemon/manifest/sections.h"
#include "daemon/manifest/sweep.h"

namespace trainyard {
namespace {

void require_table(Fields& root, const char* key, const std::string& why) {
  if (!root.has(key)) root.problems().add({}, "", std::string("[") + key + "] is missing", why);
}

void check_gpus(const Fields& train_fields, const TrainSpec& train, const Resources& resources,
                Problems& problems) {
  if (train.device != "gpu" || resources.gpus_per_node > 0) return;
  const Node* device = train_fields.find("device");
  problems.add(device ? device->place : train_fields.place(), device ? device->text : "[train]",
               "trains on GPUs, but resources.gpus_per_node is 0",
               "ask for GPUs (gpus_per_node = 1), or train on CPUs (device = \"cpu\")");
}

void check_batch(Fields& train_fields, const TrainSpec& train, const Resources& resources) {
  if (train.training.batch_size >= resources.ranks()) return;
  train_fields.problem(
      "batch_size",
      "is " + std::to_string(train.training.batch_size) + ", but " + std::to_string(resources.ranks()) +
          " ranks share it",
      "it counts the samples of all ranks together: " + std::to_string(resources.ranks()) + " or more");
}

// Adds a problem if the loss is cross_entropy and the last layer has only one output: softmax over one number
// is always 1, so nothing would be learned.
void check_last_layer(Fields& train_fields, const TrainSpec& train, const Shape& output) {
  if (train.training.loss != Loss::cross_entropy || element_count(output) > 1) return;
  train_fields.problem("layers", "end in one number, and loss cross_entropy tells classes apart",
                       "end with one unit per class, or use loss = \"mean_squared_error\"");
}

void check_layers(Fields& fields, const TrainSpec& train, const std::optional<DataSpec>& data) {
  const Node* layers = fields.find("layers");
  // If a layer is wrong, read_train() has added a problem and left the layer out.
  if (!layers || !layers->list() || train.layers.size() != layers->list()->size()) return;
  Shape sample = {1};
  if (data && data->options.contains("shape")) {
    sample = data->options["shape"].get<Shape>();
    check_shapes(*layers, train, sample, fields.problems());
  }
  if (train.layers.back().kind == "dense")
    check_last_layer(fields, train, output_shape(train.layers.back(), sample));
}

TrainSpec read_checked_train(Fields fields, const Manifest& manifest) {
  TrainSpec train = read_train(fields);
  check_gpus(fields, train, manifest.resources, fields.problems());
  check_batch(fields, train, manifest.resources);
  check_layers(fields, train, manifest.data);
  return train;
}

// Reads and checks [command]. Launcher `single` starts one process, which has all GPUs of the node: there is
// one rank unless the manifest asks for more, which is a problem. More than one rank needs launcher mpi or
// srun.
CommandSpec read_checked_command(Fields fields, bool ranks_given, Resources& resources) {
  CommandSpec command = read_command(fields);
  if (command.launcher != Launcher::single) return command;
  if (!ranks_given) resources.ranks_per_node = 1;
  if (resources.ranks() > 1)
    fields.problem("launcher", "is single, but " + std::to_string(resources.ranks()) + " ranks are asked for",
                   "launcher = \"mpi\" or \"srun\" starts them");
  return command;
}

void read_program(Fields& root, Manifest& manifest) {
  if (root.has("train") && root.has("command")) {
    const Node& second = *root.find("command");
    root.problems().add(second.place, "[command]", "stands beside [train]: a run is one or the other");
  }
  const Node* resources = root.find("resources");
  const bool ranks_given = resources && resources->table() && find(*resources->table(), "ranks_per_node");
  if (auto fields = root.table("train")) manifest.program = read_checked_train(*fields, manifest);
  if (auto fields = root.has("train") ? std::nullopt : root.table("command"))
    manifest.program = read_checked_command(*fields, ranks_given, manifest.resources);
  if (!root.has("train") && !root.has("command"))
    root.problems().add({}, "", "[train] or [command] is missing",
                        "[train] is the built-in trainer, [command] a program of your own");
}

Manifest read_run(const Node& node, Problems& problems) {
  Fields root(*node.table(), {}, "", manifest_keys(), problems);
  Manifest manifest;
  if (root.require("name")) root.text("name", manifest.name, problem_with_name);
  if (auto fields = root.table("data")) manifest.data = read_data(*fields, root.has("train"));
  if (root.has("train")) require_table(root, "data", "source = \"…\" names what to train on");
  require_table(root, "results", "target = \"…\" names the folder that receives the results");
  if (auto fields = root.table("results")) read_results(*fields, manifest);
  if (auto fields = root.table("resources")) manifest.resources = read_resources(*fields);
  if (auto fields = root.table("retry")) manifest.retry = read_retry(*fields);
  read_program(root, manifest);
  return manifest;
}

}  // namespace

void read_results(Fields fields, Manifest& manifest) {
  std::string& target = manifest.results_target;
  if (fields.require("target") && fields.text("target", target, problem_with_url) && !target.ends_with('/'))
    target += '/';
  manifest.results_store = read_store(fields);
}

StoreChoice read_store(Fields& fields) {
  StoreChoice choice;
  fields.text("store", choice.store, problem_with_name);
  fields.text("credentials", choice.credentials, problem_with_name);
  return choice;
}

std::vector<Manifest> read_manifest(std::string_view text, const std::string& file,
                                    std::size_t origin_bytes) {
  Problems problems(file);
  if (sbatch::is_script(text)) {
    std::vector<Manifest> runs = read_sbatch(text, file, origin_bytes, problems);
    problems.throw_if_any();
    return runs;
  }
  std::optional<Node> node = read_toml(text, problems);
  problems.throw_if_any();

  Fields root(*node->table(), {}, "", manifest_keys(), problems);
  Sweep sweep(*node, root);
  std::vector<Manifest> runs;
  Room room;
  for (std::size_t i = 0; i < sweep.runs() && !problems.full(); ++i) {
    const std::optional<Node> run = sweep.manifest_of(i, room);
    if (!run) {
      problems.add({}, "[sweep]",
                   "with its values in place, the manifests of all runs take more than " +
                       format_size(most_expanded_bytes),
                   "sweep over fewer values, or shorter ones");
      break;
    }
    runs.push_back(read_run(*run, problems));
    runs.back().sweep = sweep.values_of(i);
  }
  problems.throw_if_any();
  return runs;
}

}  // namespace trainyard
