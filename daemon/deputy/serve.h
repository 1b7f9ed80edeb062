// Serves requests in a deputy: finds a request's verb, performs it, and sends the answer.
#pragma once
#include <functional>
#include <memory>

#include "daemon/deputy/frame.h"
#include "plugins/scheduler.h"

namespace trainyard {

// Performs a request's verb and returns the answer. An exception that it throws is sent as an answer, too.
using Verbs = std::function<Frame(Frame request)>;

// Returns the verbs of UserFiles (user_files.h).
Verbs file_verbs();

// Returns the verbs of SchedulerActor. The first request calls `load`, which loads the scheduler's module and
// takes time. "settings" in the request tells which slurm.conf to use.
Verbs job_verbs(std::function<std::unique_ptr<SchedulerActor>(const Json& settings)> load);

// Answers requests until the daemon closes its end.
void serve_deputy(int socket, const Verbs& verbs);

}  // namespace trainyard
