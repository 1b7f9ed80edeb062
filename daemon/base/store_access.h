// How an object store is reached: the settings of the store, which an admin writes, and the name of the
// user's credential for the store. Daemon, deputies, agents and the command line pass these values on as
// JSON. The user's keys are not among these values; they stay in the user's credentials file
// (credentials_file.h).
#pragma once
#include <cstdint>
#include <string>

#include "daemon/base/credentials_file.h"
#include "daemon/base/json.h"

namespace trainyard {

// The settings in [stores.NAME] of trainyard.toml.
struct StoreSettings {
  enum class Style { path, virtual_host };  // where requests name the bucket: in the path, or in the host

  std::string name;      // NAME; empty: no such settings, so the scheme decides (s3:// is Amazon's)
  std::string endpoint;  // "https://s3.example.org:7480"
  std::string region = "us-east-1";
  Style style = Style::virtual_host;
  std::string ca_file;   // certificates (PEM) that the endpoint's is checked with; empty: the system's
  std::string proxy;     // URL; empty: as the environment says (https_proxy)
  int connections = 16;  // the most at a time
  std::int64_t bytes_per_second = 0;  // the most that a process receives, on all connections; 0: no limit

  bool operator==(const StoreSettings&) const = default;
};

// If a user names this credential, requests are not signed: for public buckets.
inline constexpr const char* anonymous_credential = "anonymous";

// What is needed to use a store as a user.
struct StoreAccess {
  StoreSettings settings;
  std::string credentials_file;  // the user's; empty: none
  std::string credential;  // a name in that file; empty: the store's name, else "default", else anonymous

  // True if a person waits for the result: the module s3 then does not repeat failed requests for minutes.
  // Not passed on as JSON.
  bool gives_up_soon = false;

  bool operator==(const StoreAccess&) const = default;
};

// Returns the name of the credential that signs requests: `access.credential` if it is set, else the store's
// name if `known` has it, else "default" if `known` has it. Returns an empty text if requests are not signed,
// because there is none of these or `access` names the anonymous credential.
std::string chosen_credential(const Credentials& known, const StoreAccess& access);

const char* to_string(StoreSettings::Style style);  // "path", "virtual-host"

Json to_json(const StoreAccess& access);
StoreAccess store_access_from_json(const Json& json);  // throws Error{invalid} that names the key

}  // namespace trainyard
