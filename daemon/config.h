// The daemon's settings from trainyard.toml(5), with all defaults filled in. read_config() reads them and
// reports all problems at once.
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
#include "daemon/run/stores.h"

namespace trainyard {

struct Config {
  // [daemon]
  std::string socket = "/run/trainyard/trainyard.sock";
  std::string state_dir = "/var/lib/trainyard";
  bool allow_root = false;  // whether root may submit runs
  // The socket at which trainyard-broker listens. If empty, deputies are children of the daemon, which then
  // acts only for its own user.
  std::string broker = "/run/trainyard-broker/socket";
  // User names and "@group"s. Operators may drain the daemon, and see and cancel the runs of all users.
  // Admins may do everything; root is always an admin.
  std::set<std::string> operators, admins;
  LogLevel log_level = LogLevel::info;
  std::string time_zone;  // for months in reports; read_config() fills in the machine's zone
  std::int64_t max_code_bytes = std::int64_t{64} << 20;  // of the packed code of one manifest
  std::int64_t max_code_bytes_per_user = std::int64_t{10} << 30;
  std::int64_t max_live_runs_per_user = 20'000;
  // [network]
  std::optional<HostPort> listen;  // the TCP address for other hosts; unset: no TCP
  std::string munge_socket;        // empty: munged's default socket
  // [scratch]
  std::string scratch = "/scratch/{user}/trainyard";  // a pattern; see handover/scratch_place.h
  std::chrono::seconds keep_runs{30 * 86400};
  std::int64_t cache_bytes = 0;  // 0: no limit
  std::int64_t free_bytes = 0;   // 0: none must stay free
  // [slurm] Settings for the scheduler's module: {"conf": "/etc/slurm/slurm.conf"}. Without "conf" Slurm's
  // library finds the file itself.
  Json slurm = Json::object();
  std::chrono::milliseconds poll_interval{2000};
  int max_jobs = 5000;
  std::string stage_partition;  // for stage and store jobs; empty: the run's partition, or Slurm's default
  // [stores.NAME]
  Stores stores;
  // [plans.NAME]
  Plans plans;
};

// Returns every key that is allowed in the file; trainyard.toml(5) lists the same keys.
const Keys& config_keys();

// Parses the settings. Throws Error{invalid} with all problems, each with its file, line and suggestion.
Config read_config(std::string_view text, const std::string& file);

}  // namespace trainyard
