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

void StageProgress::note(std::int64_t bytes, std::int64_t objects) {
  const Clock::time_point time = Clock::now();
  written_.with([&](Written& written) {
    const double seconds = std::chrono::duration<double>(time - began_).count();
    if (time - written.log >= between_lines) {
      log_info("{}", progress_text(bytes, size_bytes_, seconds));
      written.log = time;
    }
    if (time - written.file < between_files) return;
    written.file = time;
    const StageProgressNote note{bytes, size_bytes_, objects, seconds, now()};
    try {
      write_for_later_sync(join_path(directory_, layout::progress_file), to_json(note).dump());
    } catch (const Error& e) {
      log_warning("no progress: {}", e.what());
    }
  });
}

}  // namespace trainyard
