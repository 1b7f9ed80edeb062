// SilentFiles: knows the users whose file systems do not answer. Steps that need such files fail at a
// deadline. After DriverSettings::files_patience, the submitted runs of such a user go back into the queue,
// and no run of his is admitted until the files answer again. Called on the loop.
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

  // Sets the function that is called when a user's files answer again after they were silent for long.
  void on_answer(std::function<void()> answered) { answered_ = std::move(answered); }

  // Call this when a step of this user has ended. Notes whether his files were silent; ignores steps outside
  // the lane of files.
  void note(std::uint32_t uid, const ScratchPlace& scratch, Step step, bool are_silent);

  // Returns true if the user's files have been silent for DriverSettings::files_patience or longer.
  bool are_silent(std::uint32_t uid) const;

  // Starts a small read for each user whose files are silent, to find out whether they answer again.
  void probe();

 private:
  struct Silence {
    UtcSeconds since{};
    ScratchPlace scratch;
    bool is_probed = false;  // a probe is under way
  };
  void answer(std::uint32_t uid);
  void probe_failed(std::uint32_t uid, std::exception_ptr error);

  Lanes& lanes_;
  Steps& steps_;
  const DriverSettings& settings_;
  std::map<std::uint32_t, Silence> users_;  // users with silent files, by uid
  std::function<void()> answered_;
};

}  // namespace trainyard
