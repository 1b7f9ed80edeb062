// DeputyUsers: implements Users by deputies. Turns calls into request frames and answers into values. A
// deputy runs as its user, so its answers cannot be trusted.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "daemon/base/guarded.h"
#include "daemon/base/json.h"
#include "daemon/deputies/deputies.h"
#include "daemon/deputies/users.h"

namespace trainyard {

// The file system on which a user's part of scratch was when it was made.
struct KnownMount {
  std::uint32_t uid = 0;
  std::string path;
  Mount mount;
};

class DeputyUsers final : public Users {
 public:
  // `reader`: counts the deputies' requests to the scheduler. `scheduler_settings`: for the scheduler's
  // module, which a deputy loads. `mounts`: known from earlier daemons. `keep`: called on the loop when a new
  // mount becomes known.
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
