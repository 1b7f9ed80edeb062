#include "kernels/settings.h"

#include "daemon/base/error.h"
#include "daemon/base/json.h"

namespace trainyard {
namespace {

constexpr std::int64_t settings_version = 1;

bool is_settings_key(const std::string& name) {
  for (const SettingsKey& key : settings_keys())
    if (name == key.name) return true;
  return false;
}

Settings settings_from_json(const Json& json) {
  if (!json.is_object()) throw Error(ErrorKind::invalid, "settings are a JSON object");
  for (const SettingsKey& key : settings_keys())
    if (key.required && !json.contains(key.name))
      throw Error(ErrorKind::invalid, std::string(key.name) + ": missing");
  if (get<std::int64_t>(json, "version") != settings_version)
    throw Error(ErrorKind::invalid, "version: this program reads " + std::to_string(settings_version));

  Settings settings;
  settings.data = get<std::string>(json, "data");
  settings.results = get<std::string>(json, "results");
  settings.metrics = get_or<std::string>(json, "metrics", "");
  get_or<std::string>(json, "checkpoint", "");  // checks only that it is text: checkpoints do not exist yet
  settings.device = device_from(get_or<std::string>(json, "device", "gpu"));
  settings.layers = layers_from_json(json["layers"]);

  Json training = Json::object();
  for (const auto& [key, value] : json.items())
    if (!is_settings_key(key)) training[key] = value;
  settings.training = training_from_json(training);
  return settings;
}

}  // namespace

const std::vector<SettingsKey>& settings_keys() {
  static const std::vector<SettingsKey> keys = {
      {"version", "of this format: 1", true},
      {"data", "the scratch file, trainyard-scratch(5)", true},
      {"results", "a directory; model.h5 appears in it", true},
      {"metrics", "a file; JSON lines are appended to it", false},
      {"checkpoint", "a directory, reserved", false},
      {"device", "gpu (the default) or cpu", false},
      {"layers", "the network, a list", true},
  };
  return keys;
}

Settings read_settings(const std::string& path) {
  Json json = read_json_file(path);
  try {
    return settings_from_json(json);
  } catch (const Error& e) {
    throw Error(e.kind(), path + ": " + e.what());
  }
}

}  // namespace trainyard
