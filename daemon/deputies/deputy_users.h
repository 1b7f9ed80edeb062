// DeputyUsers: implements Users: has a call performed by the user's deputy, to which it sends the arguments
// in a frame, and parses the answer. A deputy runs as its user, so its answers cannot be trusted.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "daemon/base/guarded.h"
#include "daemon/base/json.h"
#include "daemon/deputies/deputies.h"
#include "daemon/deputies/users.h"

namespace trainyard {

// The file system that was mounted where a user's part of scratch is, when that was made.
struct KnownMount {
  std::uint32_t uid = 0;
  std::string path;
  Mount mount;
};

class DeputyUsers final : public Users {
 public:
  // `reader` counts the deputies' requests to the scheduler. A deputy passes `scheduler_settings` to the
  // scheduler's module. `mounts` are those that `keep` got in earlier daemons. `keep` is called on the loop
  // when the mount of a user's part of scratch becomes known for the first time.
  DeputyUsers(Loop& loop, Deputies& deputies, SchedulerReader& reader, Json scheduler_settings,
              const std::vector<KnownMount>& mounts, std::function<void(const KnownMount&)> keep);

  std::unique_ptr<UserFiles> files_of(std::uint32_t uid, const ScratchPlace& scratch) override;
  std::unique_ptr<SchedulerActor> jobs_of(std::uint32_t uid) override;

 private:
  friend class RemoteFiles;
  using Path = std::pair<std::uint32_t, std::string>;

  ScratchRoot root_of(std::uint32_t uid, const ScratchPlace& scratch);
  void learn(std::uint32_t uid, const ScratchPlace& scratch, const ScratchState& state);

  Loop& loop_;
  Deputies& deputies_;
  SchedulerReader& reader_;
  Json scheduler_settings_;
  std::function<void(const KnownMount&)> keep_;
  Guarded<std::map<Path, Mount>> mounts_;
};

}  // namespace trainyard
