#include "daemon/agent/stage_progress.h"

#include "daemon/base/clock.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/log.h"
#include "daemon/base/progress_text.h"
#include "daemon/handover/handover.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

using namespace std::chrono_literals;
constexpr auto between_files = 1s;
constexpr auto between_lines = 10s;

}  // namespace

StageProgress::StageProgress(std::string directory, std::int64_t size_bytes)
    : directory_(std::move(directory)), size_bytes_(size_bytes) {
  written_.with([this](Written& written) { written = {began_, began_}; });
}

void StageProgress::note(const FetchedUnits& there) {
  const Clock::time_point time = Clock::now();
  const std::int64_t earlier_bytes = there.size_bytes - there.fetched_bytes;
  written_.with([&](Written& written) {
    const double seconds = std::chrono::duration<double>(time - began_).count();
    if (time - written.log >= between_lines) {
      log_info("{}", progress_text({there.size_bytes, size_bytes_, earlier_bytes, seconds}));
      written.log = time;
    }
    if (time - written.file < between_files) return;
    written.file = time;
    const StageProgressNote note{.fetched_bytes = there.size_bytes,
                                 .size_bytes = size_bytes_,
                                 .objects = static_cast<std::int64_t>(there.objects),
                                 .elapsed_seconds = seconds,
                                 .earlier_bytes = earlier_bytes,
                                 .at = now()};
    try {
      write_for_later_sync(join_path(directory_, layout::progress_file), to_json(note).dump());
    } catch (const Error& e) {
      log_warning("no progress: {}", e.what());
    }
  });
}

}  // namespace trainyard
