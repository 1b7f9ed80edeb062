// The one file that tells trainyard-train what to do; the contract is man/trainyard-train.1.
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

// Keys beside those of the training itself (training_parameters(), optimizer).
const std::vector<SettingsKey>& settings_keys();

struct Settings {
  std::string data;     // the scratch file
  std::string results;  // a directory that is there; model.h5 appears in it
  std::string metrics;  // JSON lines are appended to it; empty: none
  Device device = Device::gpu;
  std::vector<LayerSpec> layers;
  TrainingSpec training;
};

// Error{invalid} on the first unknown key or wrong value, naming file and key.
Settings read_settings(const std::string& path);

}  // namespace trainyard
