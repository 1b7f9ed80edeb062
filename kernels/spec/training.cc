#include "kernels/spec/training.h"

#include "daemon/base/error.h"

namespace trainyard {
namespace {

constexpr double tiny = 1e-30;  // "more than zero" as an inclusive bound

ParameterInfo number(const char* name, const char* meaning, double otherwise, double least, double most) {
  return {name, ValueType::number, meaning, Value(otherwise), least, most, {}};
}

ParameterInfo integer(const char* name, const char* meaning, std::int64_t otherwise, double least,
                      double most) {
  return {name, ValueType::integer, meaning, Value(otherwise), least, most, {}};
}

// Parses the settings of training_parameters() from the JSON; those that are missing get their defaults.
KindSpec training_values(const Json& json) {
  KindInfo kind{"train", "", "", training_parameters()};
  std::map<std::string, Value> given;
  for (const auto& [key, value] : json.items())
    if (key != "optimizer") given[key] = value_from_json(value, key);
  return make_spec(kind, given);
}

void check_classes(const Shape& output, std::int64_t classes) {
  if (classes == 0)
    throw_invalid(
        "loss cross_entropy needs classes, and this data has numbers as targets: use mean_squared_error");
  if (element_count(output) != classes)
    throw_invalid("the last layer yields " + std::to_string(element_count(output)) +
                  " numbers, but the data has " + std::to_string(classes) +
                  " classes: end with { dense = " + std::to_string(classes) + " }");
}

void check_targets(const Shape& output, std::int64_t targets) {
  if (element_count(output) != targets)
    throw_invalid("the last layer yields " + std::to_string(element_count(output)) +
                  " numbers, but each sample has " + std::to_string(targets) +
                  " targets: end with { dense = " + std::to_string(targets) + " }");
}

}  // namespace

const KindTable& optimizer_kinds() {
  static const KindTable kinds = {
      {"sgd",
       "stochastic gradient descent",
       "",
       {number("learning_rate", "the length of a step", 0.01, tiny, 1e6),
        number("momentum", "how much of the last step is kept", 0.0, 0, 1),
        number("weight_decay", "pulls weights towards zero; added to the gradient", 0.0, 0, 1e6)}},
      {"adam",
       "steps scaled by running means of the gradient and its square",
       "",
       {number("learning_rate", "the length of a step", 0.001, tiny, 1e6),
        number("beta1", "how slowly the mean of the gradient moves", 0.9, 0, 0.999999),
        number("beta2", "how slowly the mean of its square moves", 0.999, 0, 0.999999),
        number("epsilon", "added to the root of that, against division by zero", 1e-8, tiny, 1)}},
  };
  return kinds;
}

std::int64_t optimizer_states(const OptimizerSpec& optimizer) { return optimizer.kind == "adam" ? 2 : 1; }

Json optimizer_to_json(const OptimizerSpec& optimizer) {
  Json parameters = Json::object();
  for (const auto& [name, value] : optimizer.parameters) parameters[name] = to_json(value);
  return Json{{optimizer.kind, parameters}};
}

OptimizerSpec optimizer_from_json(const Json& json) {
  if (!json.is_object() || json.size() != 1)
    throw_invalid("optimizer is written {\"sgd\": {\"learning_rate\": 0.1}}, not " + json.dump());
  const std::string& name = json.begin().key();
  const KindInfo* kind = find_kind(optimizer_kinds(), name);
  if (!kind)
    throw_invalid("optimizer " + name + ": must be one of " + join_names(kind_names(optimizer_kinds())));
  if (!json.begin()->is_object()) throw_invalid("optimizer " + name + ": its parameters must be an object");
  std::map<std::string, Value> given;
  for (const auto& [key, value] : json.begin()->items())
    given[key] = value_from_json(value, name + ": " + key);
  return make_spec(*kind, given);
}

const char* to_string(Loss loss) {
  return loss == Loss::cross_entropy ? "cross_entropy" : "mean_squared_error";
}

const char* to_string(Device device) { return device == Device::gpu ? "gpu" : "cpu"; }

Device device_from(const std::string& name) {
  if (auto problem = problem_with(device_parameter(), name)) throw_invalid("device " + *problem);
  return name == "gpu" ? Device::gpu : Device::cpu;
}

const ParameterInfo& device_parameter() {
  static const ParameterInfo device = {
      "device", ValueType::choice, "what computes", Value(std::string("gpu")), 0, 0, {"gpu", "cpu"}};
  return device;
}

const std::vector<ParameterInfo>& training_parameters() {
  static const std::vector<ParameterInfo> parameters = {
      {"loss",
       ValueType::choice,
       "what is made small: cross_entropy (of the softmax) for classes, mean_squared_error for numbers",
       Value(std::string("cross_entropy")),
       0,
       0,
       {"cross_entropy", "mean_squared_error"}},
      integer("epochs", "how often every training sample is seen", 10, 1, 1e6),
      integer("batch_size", "samples per step, of all ranks together", 64, 1, 1 << 24),
      integer("seed", "of the first weights and of the order of samples", 1, 0, 9007199254740992.0),
  };
  return parameters;
}

Json training_to_json(const TrainingSpec& training) {
  return {{"loss", to_string(training.loss)},
          {"epochs", training.epochs},
          {"batch_size", training.batch_size},
          {"optimizer", optimizer_to_json(training.optimizer)},
          {"seed", training.seed}};
}

TrainingSpec training_from_json(const Json& json) {
  if (!json.is_object())
    throw_invalid("the settings of a training are an object, not " + std::string(json.type_name()));
  KindSpec values = training_values(json);
  TrainingSpec training;
  training.loss = values.choice("loss") == "cross_entropy" ? Loss::cross_entropy : Loss::mean_squared_error;
  training.epochs = values.integer("epochs");
  training.batch_size = values.integer("batch_size");
  if (json.contains("optimizer")) training.optimizer = optimizer_from_json(json["optimizer"]);
  training.seed = values.integer("seed");
  return training;
}

void check_against_data(const std::vector<LayerSpec>& layers, Loss loss, const Shape& sample,
                        std::int64_t classes, std::int64_t targets) {
  NetworkSize network = network_size(layers, sample);
  if (loss == Loss::cross_entropy)
    check_classes(network.shapes.back(), classes);
  else
    check_targets(network.shapes.back(), classes > 0 ? classes : targets);
}

}  // namespace trainyard
