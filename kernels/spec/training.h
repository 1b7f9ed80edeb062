// How a network is trained: losses, optimizers, and the settings of a whole training.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/spec/layer.h"
#include "kernels/spec/table.h"

namespace trainyard {

// An optimizer, in a manifest { <kind> = { <parameter> = … } }: { sgd = { learning_rate = 0.1, momentum = 0.9
// } }.
using OptimizerSpec = KindSpec;

const KindTable& optimizer_kinds();
std::int64_t optimizer_states(const OptimizerSpec& optimizer);  // numbers it keeps per weight

Json optimizer_to_json(const OptimizerSpec& optimizer);  // {"sgd": {"learning_rate": 0.1, …}}
OptimizerSpec optimizer_from_json(const Json& json);

enum class Loss { cross_entropy, mean_squared_error };

const char* to_string(Loss loss);

// The device that computes, the key `device`. It is not part of TrainingSpec, because the result does not
// depend on it.
enum class Device { gpu, cpu };

const char* to_string(Device device);
const ParameterInfo& device_parameter();
Device device_from(const std::string& name);  // Error{invalid} on anything but gpu and cpu

// Returns the settings of a training that are a single number or word: loss, epochs, batch_size, seed.
const std::vector<ParameterInfo>& training_parameters();

// How the layers are trained, with defaults filled in.
struct TrainingSpec {
  Loss loss = Loss::cross_entropy;
  std::int64_t epochs = 10;
  std::int64_t batch_size = 64;  // of all ranks together
  OptimizerSpec optimizer = make_spec(optimizer_kinds().front(), {});
  std::int64_t seed = 1;

  bool operator==(const TrainingSpec& other) const {
    return loss == other.loss && epochs == other.epochs && batch_size == other.batch_size &&
           optimizer == other.optimizer && seed == other.seed;
  }
};

// Convert the settings of a training to and from JSON with the keys of the manifest's [train]: loss, epochs,
// batch_size, optimizer, seed. training_from_json() sets the defaults of missing keys, and throws
// Error{invalid} for the first wrong or unknown key.
Json training_to_json(const TrainingSpec& training);
TrainingSpec training_from_json(const Json& json);

// Throws Error{invalid}, which says what to change, unless the network fits the data: the loss suits the kind
// of labels, and the last layer has one output per class, or per target if `classes` is 0.
void check_against_data(const std::vector<LayerSpec>& layers, Loss loss, const Shape& sample,
                        std::int64_t classes, std::int64_t targets);

}  // namespace trainyard
