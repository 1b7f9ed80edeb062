#include "daemon/agent/rank.h"

#include <unistd.h>

#include <cstdlib>

#include "daemon/agent/environment.h"
#include "daemon/agent/rank_watch.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

// Returns the rank of this process. SLURM_PROCID is tried last: under mpirun it is the rank of the daemon
// that mpirun started on the node.
std::string rank_of_this_process() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID"})
    if (const char* value = std::getenv(name)) return value;
  throw Error(ErrorKind::invalid, "no rank in the environment: `rank` is started by mpirun or srun");
}

}  // namespace

void become_rank(const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw Error(ErrorKind::invalid, "rank: which program? Write: rank -- PROGRAM …");
  if (const char* attempt = std::getenv(attempt_variable)) have_this_process_watched(attempt);
  const std::string learner = std::to_string(std::atoi(rank_of_this_process().c_str()) + 1);
  ::setenv("LEARNER_ID", learner.c_str(), 1);
  std::vector<char*> pointers;
  for (const std::string& word : arguments) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  ::execvp(pointers.front(), pointers.data());
  throw_errno("execute " + arguments.front());
}

}  // namespace trainyard
