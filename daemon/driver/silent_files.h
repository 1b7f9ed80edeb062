// SilentFiles: keeps a list of the users whose file systems do not answer. Steps that need files there fail
// at a deadline. After DriverSettings::files_patience, the submitted runs of such a user go back into the
// queue, and no run of the user is admitted until the file system answers again. Used on the loop.
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

  // Sets the function that is called when a user's file system answers again after it has not for
  // DriverSettings::files_patience.
  void on_answer(std::function<void()> answered) { answered_ = std::move(answered); }

  // To be called when a step of this user has ended; `are_silent`: it failed because the user's file system
  // did not answer. Ignores steps that do not run in the user's lane for files.
  void note(std::uint32_t uid, const ScratchPlace& scratch, Step step, bool are_silent);

  // Returns true if the user's file system has not answered for DriverSettings::files_patience or longer.
  bool are_silent(std::uint32_t uid) const;

  // Starts a small read for each user whose file system does not answer, to find out whether it answers
  // again.
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
