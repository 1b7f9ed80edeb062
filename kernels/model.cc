#include "kernels/model.h"

namespace trainyard {

Model::Model(Backend& backend, const std::vector<LayerSpec>& layers, const Shape& input, std::int64_t seed,
             std::int64_t most_rows)
    : backend_(backend),
      size_(network_size(layers, input)),
      most_rows_(most_rows),
      parameters_(backend, size_.total_parameters),
      gradients_(backend, size_.total_parameters + step_sums) {
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    layers_.push_back(make_layer(layers[i], size_.shapes[i]));
    offsets_.push_back(offset);
    offset += size_.parameters[i];
    const std::int64_t values = element_count(size_.shapes[i + 1]) * most_rows;
    outputs_.emplace_back(backend, values);
    output_gradients_.emplace_back(backend, values);
  }
  initialize(seed);
}

void Model::initialize(std::int64_t seed) {
  std::vector<float> values(static_cast<std::size_t>(size_.total_parameters));
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    Philox random(static_cast<std::uint64_t>(seed), i);
    layers_[i]->initialize(values.data() + offsets_[i], random);
  }
  backend_.upload(parameters_.data(), values.data(), values.size() * sizeof(float));
}

const float* Model::forward(const float* input, std::int64_t rows) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    layers_[i]->forward(backend_, {rows, parameters_.data() + offsets_[i], input, outputs_[i].data()});
    input = outputs_[i].data();
  }
  return input;
}

void Model::backward(const float* input, std::int64_t rows) {
  if (rows == 0) return backend_.fill_zero(gradients_.data(), size_.total_parameters);
  for (std::size_t i = layers_.size(); i-- > 0;) {
    BackwardPass pass;
    pass.rows = rows;
    pass.parameters = parameters_.data() + offsets_[i];
    pass.input = i > 0 ? outputs_[i - 1].data() : input;
    pass.output = outputs_[i].data();
    pass.output_gradient = output_gradients_[i].data();
    pass.parameter_gradient = gradients_.data() + offsets_[i];
    pass.input_gradient = i > 0 ? output_gradients_[i - 1].data() : nullptr;
    layers_[i]->backward(backend_, pass);
  }
}

std::vector<Model::SavedPart> Model::save() {
  std::vector<SavedPart> saved;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const float* from = parameters_.data() + offsets_[i];
    for (const ParameterPart& part : layers_[i]->parts()) {
      std::vector<float> values(static_cast<std::size_t>(element_count(part.shape)));
      backend_.download(values.data(), from, values.size() * sizeof(float));
      from += values.size();
      saved.push_back({i, part, std::move(values)});
    }
  }
  return saved;
}

}  // namespace trainyard
