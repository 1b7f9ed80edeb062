// The daemon's settings: trainyard.toml(5), every default filled in. Read by read_config(); all problems at
// once.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/host_port.h"
#include "daemon/base/json.h"
#include "daemon/base/log.h"
#include "daemon/manifest/fields.h"
#include "daemon/run/plans.h"

namespace trainyard {

struct Config {
  // [daemon]
  std::string socket = "/run/trainyard/trainyard.sock";
  std::string state_dir = "/var/lib/trainyard";
  bool allow_root = false;  // may uid 0 submit?
  // Where trainyard-broker listens; empty: deputies are children of the daemon, which acts for its own user
  // only.
  std::string broker = "/run/trainyard-broker/socket";
  // Users and "@group"s. Operators see and cancel everybody's runs and may drain; admins may everything, and
  // root always is one.
  std::set<std::string> operators, admins;
  LogLevel log_level = LogLevel::info;
  std::string time_zone;  // of months in reports; read_config() fills in the machine's
  std::int64_t max_code_bytes = std::int64_t{64} << 20;  // of packed code
  std::int64_t max_code_bytes_per_user = std::int64_t{10} << 30;
  std::int64_t max_live_runs_per_user = 20'000;
  // [network]
  std::optional<HostPort> listen;  // besides the socket; nothing: nowhere
  std::string munge_socket;        // empty: where munged listens by default
  // [scratch]
  std::string scratch = "/scratch/{user}/trainyard";  // handover/scratch_place.h
  std::chrono::seconds keep_runs{30 * 86400};
  std::int64_t cache_bytes = 0;  // 0: no limit
  // [slurm]
  Json slurm = Json::object();  // for the module: {"conf": "/etc/slurm/slurm.conf"}; empty: as Slurm finds it
  std::chrono::milliseconds poll_interval{2000};
  int max_jobs = 5000;
  std::string stage_partition;  // of stage and store jobs; empty: the run's, or Slurm's default
  // [plans.NAME]
  Plans plans;
};

// Every key that may be written: what trainyard.toml(5) lists.
const Keys& config_keys();

// Error{invalid} with every problem, each with file, line and suggestion.
Config read_config(std::string_view text, const std::string& file);

}  // namespace trainyard
