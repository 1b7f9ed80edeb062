// The loop of a deputy: receives the daemon's requests one after the other, performs the request's verb, and
// sends the answer.
#pragma once
#include <functional>
#include <memory>

#include "daemon/deputy/frame.h"
#include "plugins/scheduler.h"

namespace trainyard {

// A function that performs a request's verb and returns the answer. If it throws, serve_deputy() sends the
// exception as the answer.
using Verbs = std::function<Frame(Frame request)>;

// Returns the verbs of UserFiles (user_files.h).
Verbs file_verbs();

// Returns the verbs of SchedulerActor. At the first request they call `load` with the request's "settings",
// which name slurm.conf; `load` loads the scheduler's module, which takes time.
Verbs job_verbs(std::function<std::unique_ptr<SchedulerActor>(const Json& settings)> load);

// Answers requests until the daemon closes its end.
void serve_deputy(int socket, const Verbs& verbs);

}  // namespace trainyard
