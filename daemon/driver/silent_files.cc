#include "daemon/driver/silent_files.h"

#include "daemon/base/log.h"

namespace trainyard {

void SilentFiles::note(std::uint32_t uid, const ScratchPlace& scratch, Step step, bool are_silent) {
  if (lane_of(step) != StepLane::files) return;
  if (!are_silent) {
    if (users_.erase(uid) > 0) log_info("event=files_answer uid={}", uid);
    return;
  }
  if (users_.try_emplace(uid, Silence{.since = now(), .scratch = scratch}).second)
    log_warning("event=files_silent uid={} path={}", uid, scratch.path);
}

bool SilentFiles::are_silent(std::uint32_t uid) const {
  auto user = users_.find(uid);
  return user != users_.end() && now() >= user->second.since + settings_.files_patience;
}

void SilentFiles::probe() {
  for (auto& [uid, silence] : users_) {
    if (silence.is_probed || !are_silent(uid)) continue;
    silence.is_probed = true;
    lanes_.run(
        lane_key(uid, StepLane::files),
        [this, uid = uid, scratch = silence.scratch] {
          steps_.probe_files(uid, scratch);
          return true;
        },
        [this, uid = uid](bool) { answer(uid); },
        [this, uid = uid](std::exception_ptr error) { probe_failed(uid, error); });
  }
}

void SilentFiles::answer(std::uint32_t uid) {
  users_.erase(uid);
  log_info("event=files_answer uid={}", uid);
  if (answered_) answered_();
}

void SilentFiles::probe_failed(std::uint32_t uid, std::exception_ptr error) {
  auto user = users_.find(uid);
  if (user == users_.end()) return;
  user->second.is_probed = false;
  // An error other than FilesAreSilent shows that the user's file system answers.
  if (!failure_of(error).files_are_silent) users_.erase(user);
}

}  // namespace trainyard
