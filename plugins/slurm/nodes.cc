// SPDX-License-Identifier: GPL-2.0-or-later
// The query of SlurmReader to slurmctld for failed nodes.
#include <algorithm>

#include "daemon/base/text.h"
#include "plugins/slurm/slurm_reader.h"

namespace trainyard::slurm {

std::string SlurmReader::failed_nodes(const std::string& nodes) {
  std::vector<std::string> failed = slurm::failed_nodes();
  std::vector<std::string> ours = expand_hosts(nodes);
  std::erase_if(ours,
                [&](const std::string& node) { return std::ranges::find(failed, node) == failed.end(); });
  return join(ours, ",");
}

}  // namespace trainyard::slurm
