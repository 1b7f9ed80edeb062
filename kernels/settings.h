// Reads the settings file of trainyard-train. The format is in man/trainyard-train.1.
#pragma once
#include <string>
#include <vector>

#include "kernels/spec/training.h"

namespace trainyard {

struct SettingsKey {
  const char* name;
  const char* meaning;  // one line, for people
  bool required;
};

// Returns the keys of the file, except those of the training itself (training_parameters(), optimizer).
const std::vector<SettingsKey>& settings_keys();

struct Settings {
  std::string data;     // the scratch file
  std::string results;  // an existing directory; model.h5 is written to it
  std::string metrics;  // JSON lines are appended to it; empty: none
  Device device = Device::gpu;
  std::vector<LayerSpec> layers;
  TrainingSpec training;
};

// Throws Error{invalid} on the first unknown key or wrong value, naming file and key.
Settings read_settings(const std::string& path);

}  // namespace trainyard
