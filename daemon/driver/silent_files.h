// SilentFiles: users whose file systems do not answer. Steps that need their files fail in time. After a
// while their runs give their places back, and none of their runs begins, until the files answer again. On
// the loop.
#pragma once
#include <functional>
#include <map>

#include "daemon/base/lanes.h"
#include "daemon/driver/settings.h"
#include "daemon/steps/steps.h"

namespace trainyard {

class SilentFiles {
 public:
  SilentFiles(Lanes& lanes, Steps& steps, const DriverSettings& settings)
      : lanes_(lanes), steps_(steps), settings_(settings) {}

  // Called when the files of a user answer again after they have been silent for long.
  void on_answer(std::function<void()> answered) { answered_ = std::move(answered); }

  // A step in the lane of this user's files has ended: did they answer?
  void note(std::uint32_t uid, const ScratchPlace& scratch, Step step, bool are_silent);

  // For longer than DriverSettings::files_patience.
  bool are_silent(std::uint32_t uid) const;

  // Asks the files of each user that are silent for something small.
  void probe();

 private:
  struct Silence {
    UtcSeconds since{};
    ScratchPlace scratch;
    bool is_probed = false;  // just now
  };
  void answer(std::uint32_t uid);
  void probe_failed(std::uint32_t uid, std::exception_ptr error);

  Lanes& lanes_;
  Steps& steps_;
  const DriverSettings& settings_;
  std::map<std::uint32_t, Silence> users_;  // by uid
  std::function<void()> answered_;
};

}  // namespace trainyard
