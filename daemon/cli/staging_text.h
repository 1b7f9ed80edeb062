// Describes the progress of the staging of a run's data set in a line of text.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/cli/daemon_client.h"

namespace trainyard {

// Returns "fetching its data:  45 %  1.2 GiB of 2.6 GiB  120.0 MiB/s  0:12 left"; nullopt if the daemon has
// no figures, or the user's file system does not answer.
std::optional<std::string> staging_text(DaemonClient& daemon, std::int64_t run_id);

}  // namespace trainyard
