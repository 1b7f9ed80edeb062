// Admission: which queued runs may begin, by their plans. Pure. Our word is the authority; Slurm's limits
// only help.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/run/run.h"

namespace trainyard {

// [plans.NAME]: at most `gpus` GPUs at a time for each user, or each account.
struct Plan {
  enum class Per { user, account };
  std::string name;
  int gpus = 1;
  Per per = Per::user;
  std::set<std::string> members;  // users; empty: everybody may ask for it
  bool is_default = false;        // of users who name none
};
using Plans = std::map<std::string, Plan>;

// The plan a run of this user falls under: the named one, else the one it is a member of, else the default;
// empty where the site has no plans. Error{denied} or {invalid} says which plans the user may ask for.
std::string resolve_plan(const Plans& plans, const std::string& asked, const std::string& user);

// A run larger than its plan could never start: Error{invalid} says by how much.
void check_fits(const Plans& plans, const std::string& plan, const Manifest& manifest);

// GPUs that a plan counts for the run: those it asks for, or more where its job has more on the scheduler's
// record.
int gpus_counted(const TrainingRun& run);

// GPUs in use by one who is limited.
struct PlanUse {
  int gpus = 0;
  std::vector<std::int64_t> runs;
};
// What is limited together: plan and user, or plan and account. A run whose account is not known yet is
// limited with those of its user.
std::string limited_party(const Plans& plans, const TrainingRun& run);

// By who is limited; runs that ask for no GPU do not count.
std::map<std::string, PlanUse> plan_use(const Plans& plans, const std::vector<const TrainingRun*>& live);

// Error{denied} when `more` runs would give the user more than `most` that are not over.
void check_live_runs(const std::string& user, std::int64_t live, std::size_t more, std::int64_t most);

// Jobs that may be added to the scheduler. Those of runs without GPUs are no plan's to limit: half of the
// daemon's jobs is theirs at most, so that they cannot keep all others out.
struct JobRoom {
  int in_all = 0;
  int without_gpus = 0;
};
JobRoom room_for_jobs(int most_jobs, const std::vector<const TrainingRun*>& live);

struct Admission {
  std::vector<std::int64_t> admitted;  // in the order they were accepted
  std::map<std::int64_t, WaitingFor> waiting;
};

// `queued` and `live` in the order of their ids. Strict order for each who is limited: when one does not fit,
// those behind it wait. `data_on_its_way(digest)` is false while its stage job is not in the scheduler yet.
Admission admit(const Plans& plans, const std::vector<const TrainingRun*>& queued,
                const std::vector<const TrainingRun*>& live, const std::set<std::string>& data_on_its_way,
                JobRoom room);

}  // namespace trainyard
