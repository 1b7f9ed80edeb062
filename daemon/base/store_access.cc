#include "daemon/base/store_access.h"

#include "daemon/base/error.h"

namespace trainyard {

std::string chosen_credential(const Credentials& known, const StoreAccess& access) {
  if (access.credential == anonymous_credential) return "";
  if (!access.credential.empty()) return access.credential;
  for (const std::string& name : {access.settings.name, std::string("default")})
    if (known.contains(name)) return name;
  return "";
}

const char* to_string(StoreSettings::Style style) {
  return style == StoreSettings::Style::path ? "path" : "virtual-host";
}

Json to_json(const StoreAccess& access) {
  const StoreSettings& settings = access.settings;
  return {{"name", settings.name},
          {"endpoint", settings.endpoint},
          {"region", settings.region},
          {"style", to_string(settings.style)},
          {"ca_file", settings.ca_file},
          {"proxy", settings.proxy},
          {"connections", settings.connections},
          {"bytes_per_second", settings.bytes_per_second},
          {"credentials_file", access.credentials_file},
          {"credential", access.credential}};
}

StoreAccess store_access_from_json(const Json& json) {
  StoreAccess access;
  StoreSettings& settings = access.settings;
  settings.name = get<std::string>(json, "name");
  settings.endpoint = get<std::string>(json, "endpoint");
  settings.region = get<std::string>(json, "region");
  const auto style = get<std::string>(json, "style");
  if (style != "path" && style != "virtual-host")
    throw Error(ErrorKind::invalid, "style: must be path or virtual-host, not " + style);
  settings.style = style == "path" ? StoreSettings::Style::path : StoreSettings::Style::virtual_host;
  settings.ca_file = get<std::string>(json, "ca_file");
  settings.proxy = get<std::string>(json, "proxy");
  settings.connections = static_cast<int>(get_between(json, "connections", 1, 1024));
  // Jobs that the previous release submitted have files without this key.
  settings.bytes_per_second = get_or<std::int64_t>(json, "bytes_per_second", 0);
  access.credentials_file = get<std::string>(json, "credentials_file");
  access.credential = get<std::string>(json, "credential");
  return access;
}

}  // namespace trainyard
