#include "kernels/model_file.h"

#include "daemon/base/atomic_file.h"
#include "daemon/base/hdf5.h"

namespace trainyard {
namespace {

constexpr std::int64_t model_version = 1;

std::string group_of(std::size_t layer) { return "/layers/" + std::to_string(layer); }

void write_attributes(Hdf5File& file, const Settings& settings, const ScratchInfo& data) {
  file.set_attribute("/", "format_version", model_version);
  file.set_attribute("/", "created_by", std::string("trainyard " TRAINYARD_VERSION));
  file.set_attribute("/", "shape", Json(data.shape).dump());
  file.set_attribute("/", "scale", data.scale);
  file.set_attribute("/", "classes", data.classes);
  file.set_attribute("/", "training", training_to_json(settings.training).dump());
}

void write_layers(Hdf5File& file, Model& model, const Settings& settings) {
  file.create_group("/layers");
  for (std::size_t i = 0; i < settings.layers.size(); ++i) {
    file.create_group(group_of(i));
    file.set_attribute(group_of(i), "layer", layer_to_json(settings.layers[i]).dump());
  }
  for (const Model::SavedPart& saved : model.save()) {
    Hdf5Dataset values = file.create_dataset(group_of(saved.layer) + "/" + saved.part.name, ElementType::f32,
                                             saved.part.shape);
    values.write_rows(0, values.rows(), saved.values.data());
    values.close();
  }
}

}  // namespace

void save_model(const std::string& path, Model& model, const Settings& settings, const ScratchInfo& data) {
  AtomicFile beside(path);
  Hdf5File file = Hdf5File::create(beside.path_beside());
  write_attributes(file, settings, data);
  write_layers(file, model, settings);
  file.close();
  beside.commit();
}

}  // namespace trainyard
