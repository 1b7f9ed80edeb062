// Users whose file systems do not answer. Steps that need their files fail in time; for long, and their runs
// give their places back, and none of theirs begins, until the files answer again.
#include "daemon/base/log.h"
#include "daemon/driver/driver.h"

namespace trainyard {

void Driver::note_files(std::uint32_t uid, const ScratchPlace& scratch, Step step, bool are_silent) {
  if (lane_of(step) != StepLane::files) return;
  if (are_silent) {
    if (silent_files_.try_emplace(uid, SilentFiles{now(), scratch, false}).second)
      log_warning("event=files_silent uid={} path={}", uid, scratch.path);
    return;
  }
  if (silent_files_.erase(uid) > 0) log_info("event=files_answer uid={}", uid);
}

bool Driver::files_are_silent(std::uint32_t uid) const {
  auto silent = silent_files_.find(uid);
  return silent != silent_files_.end() && now() >= silent->second.since + settings_.files_patience;
}

void Driver::probe_silent_files() {
  for (auto& [uid, silent] : silent_files_) {
    if (silent.is_probed || !files_are_silent(uid)) continue;
    silent.is_probed = true;
    lanes_.run(
        lane_key(uid, StepLane::files),
        [this, uid = uid, scratch = silent.scratch] {
          steps_.probe_files(uid, scratch);
          return true;
        },
        [this, uid = uid](bool) {
          silent_files_.erase(uid);
          log_info("event=files_answer uid={}", uid);
          admit_soon();
        },
        [this, uid = uid](std::exception_ptr error) {
          auto found = silent_files_.find(uid);
          if (found == silent_files_.end()) return;
          found->second.is_probed = false;
          // Whatever else is wrong with his files: they answer.
          if (!failure_of(error).files_are_silent) silent_files_.erase(found);
        });
  }
}

}  // namespace trainyard
