// DeputyUsers: Users by deputies. Requests become frames, answers become values; what a deputy says is its
// user's word.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "daemon/base/guarded.h"
#include "daemon/base/json.h"
#include "daemon/deputies/deputies.h"
#include "daemon/deputies/users.h"

namespace trainyard {

// Where a user's part of scratch is mounted, as it was when it was made.
struct KnownMount {
  std::uint32_t uid = 0;
  std::string path;
  Mount mount;
};

class DeputyUsers final : public Users {
 public:
  // `reader`: counts what deputies ask of the scheduler. `scheduler_settings`: for the module that a deputy
  // loads. `mounts`: those that are known from before. `keep`: called on the loop when one becomes known.
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
