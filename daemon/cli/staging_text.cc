#include "daemon/cli/staging_text.h"

#include "daemon/base/error.h"
#include "daemon/base/progress_text.h"
#include "daemon/cli/run_ids.h"

namespace trainyard {

std::optional<std::string> staging_text(DaemonClient& daemon, std::int64_t run_id) {
  try {
    const Json progress = get_or<Json>(daemon.get(run_target(run_id, "staging")), "progress", nullptr);
    if (!progress.is_object()) return std::nullopt;
    return "fetching its data: " +
           progress_text({.bytes = get<std::int64_t>(progress, "fetched_bytes"),
                          .size_bytes = get<std::int64_t>(progress, "size_bytes"),
                          .earlier_bytes = get_or<std::int64_t>(progress, "earlier_bytes", 0),
                          .seconds = get<double>(progress, "elapsed_seconds")});
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace trainyard
