// The deputy's side of a request: finds the verb, does it, and makes the answer.
#pragma once
#include <functional>
#include <memory>

#include "daemon/deputy/frame.h"
#include "plugins/scheduler.h"

namespace trainyard {

// Answers a frame with a frame. What a verb throws is an answer, too.
using Verbs = std::function<Frame(Frame request)>;

// Those of UserFiles (user_files.h).
Verbs file_verbs();

// Those of SchedulerActor. The module is loaded with the first request, which takes its time: "settings" in
// the request says which slurm.conf.
Verbs job_verbs(std::function<std::unique_ptr<SchedulerActor>(const Json& settings)> load);

// Answers requests until the daemon closes its end.
void serve_deputy(int socket, const Verbs& verbs);

}  // namespace trainyard
