// Reads the [train] and [command] tables of a manifest.
#include <array>

#include "daemon/base/text.h"
#include "daemon/manifest/name_rules.h"
#include "daemon/manifest/read_layers.h"
#include "daemon/manifest/sections.h"

namespace trainyard {
namespace {

constexpr std::size_t most_layers = 256;

void read_layers(Fields& fields, TrainSpec& train) {
  if (!fields.require("layers")) return;
  const List* list = fields.find("layers")->list();
  if (!list || list->empty() || list->size() > most_layers) {
    fields.problem("layers", "must be a list of 1 to " + std::to_string(most_layers) + " layers",
                   "[{ dense = 128, activation = \"relu\" }, { dense = 10 }]");
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    std::string path = "train.layers." + std::to_string(i + 1);
    if (auto layer = read_layer((*list)[i], layer_kinds(), path, fields.problems()))
      train.layers.push_back(*layer);
  }
}

// Returns the checked value of the key of [train] that `parameter` describes; the parameter's default if the
// key is absent or its value is wrong.
Value read_setting(Fields& fields, const ParameterInfo& parameter) {
  const Node* node = fields.find(parameter.name);
  if (!node) return *parameter.otherwise;
  auto value = read_parameter(*node, parameter, std::string("train.") + parameter.name, fields.problems());
  return value.value_or(*parameter.otherwise);
}

void read_training(Fields& fields, TrainingSpec& training) {
  Json settings = Json::object();
  for (const ParameterInfo& parameter : training_parameters())
    settings[parameter.name] = to_json(read_setting(fields, parameter));
  training = training_from_json(settings);
  if (const Node* node = fields.find("optimizer"))
    if (auto optimizer = read_optimizer(*node, optimizer_kinds(), "train.optimizer", fields.problems()))
      training.optimizer = *optimizer;
}

// Returns true if Trainyard or Slurm sets this variable for every program (trainyard-agent(1)).
bool is_reserved(const std::string& variable) {
  static constexpr std::array<std::string_view, 9> reserved = {"DATA_DIR",   "RESULT_DIR",   "CHECKPOINT_DIR",
                                                               "LOG_DIR",    "MODEL_DIR",    "TRAINING_ID",
                                                               "LEARNER_ID", "NUM_LEARNERS", "GPU_COUNT"};
  for (std::string_view name : reserved)
    if (variable == name) return true;
  return variable.starts_with("SLURM_") || variable.starts_with("TRAINYARD_");
}

void read_environment(Fields& fields, CommandSpec& command) {
  auto environment = fields.table("environment");
  if (!environment) return;
  for (const Entry& entry : *fields.find("environment")->table()) {
    const std::string path = "command.environment." + excerpt(entry.key);
    if (auto wrong = problem_with_variable(entry.key))
      fields.problems().add(entry.place, excerpt(entry.key), "a variable's name " + *wrong);
    else if (is_reserved(entry.key))
      fields.problems().add(entry.place, entry.key, "is set by Trainyard or Slurm", "choose another name");
    else if (!entry.value.string() || !is_one_printable_line(*entry.value.string()))
      fields.problems().add(entry.value.place, entry.value.text, path + " must be one line in quotes");
    else
      command.environment[entry.key] = *entry.value.string();
  }
}

}  // namespace

TrainSpec read_train(Fields fields) {
  TrainSpec train;
  train.device = std::get<std::string>(read_setting(fields, device_parameter()));
  read_layers(fields, train);
  read_training(fields, train.training);
  return train;
}

CommandSpec read_command(Fields fields) {
  CommandSpec command;
  if (fields.require("run")) fields.long_text("run", command.run);
  fields.long_text("setup", command.setup);
  fields.text("code", command.code);
  std::string launcher = to_string(command.launcher);
  fields.word("launcher", launcher, {"single", "mpi", "srun"});
  command.launcher = launcher_from(launcher);
  read_environment(fields, command);
  return command;
}

void check_shapes(const Node& layers_node, const TrainSpec& train, const Shape& sample, Problems& problems) {
  const List& written = *layers_node.list();
  Shape shape = sample;
  for (std::size_t i = 0; i < train.layers.size(); ++i) {
    try {
      shape = output_shape(train.layers[i], shape);
    } catch (const Error& error) {
      problems.add(written[i].place, written[i].text,
                   "train.layers." + std::to_string(i + 1) + ": " + error.what());
      return;
    }
  }
}

}  // namespace trainyard
