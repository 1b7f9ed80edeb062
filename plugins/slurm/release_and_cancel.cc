// SPDX-License-Identifier: GPL-2.0-or-later
// Releases and cancels jobs of the user that this process runs as.
#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "daemon/base/error.h"
#include "plugins/slurm/call_meter.h"
#include "plugins/slurm/errors.h"
#include "plugins/slurm/job_status.h"
#include "plugins/slurm/slurm_actor.h"
#include "plugins/slurm/slurm_reader.h"

namespace trainyard::slurm {
namespace {

bool is_over(int error) { return error == ESLURM_ALREADY_DONE || error == ESLURM_JOB_FINISHED; }

std::string name_of(const JobKey& job, const Token& token) {
  return "job " + to_string(job) + " (" + token + ")";
}

// Asks slurmctld for this job, or for all tasks of this array: same id and submit time, whatever its name is.
// Throws Error{not_found} if there are none.
std::vector<JobStatus> see(const JobKey& job, const Token& token) {
  std::vector<JobStatus> seen = statuses_under(job.job_id, job.cluster);
  std::erase_if(seen,
                [&](const JobStatus& status) { return status.key != job && array_of(status.key) != job; });
  if (seen.empty()) throw Error(ErrorKind::not_found, name_of(job, token) + " is not in slurmctld");
  return seen;
}

}  // namespace

// Counts the most calls to Slurm that the verb can make, since what the verb will find is not known yet.
void SlurmReader::count_deputy(const char* verb) {
  static const std::map<std::string_view, std::vector<const char*>> calls{
      {"submit", {"submit"}},
      {"find", {"load_jobs", "slurmdbd"}},
      {"release", {"load_job", "update"}},
      {"cancel", {"load_job", "update", "kill"}},
      {"apply_plans", {"slurmdbd"}}};
  for (const char* call : calls.at(verb)) call_meter().count(call);
}

void check_time_is_left(SendBefore send_before, const std::string& what) {
  if (SendBefore::clock::now() >= send_before)
    throw Error(ErrorKind::unavailable, what + ": not sent, the time for it was over");
}

void SlurmActor::release(const JobKey& job, const Token& token, SendBefore send_before) {
  if (std::ranges::none_of(see(job, token), &JobStatus::held)) return;
  check_time_is_left(send_before, "release " + name_of(job, token));
  int error = release_job(to_string(job));
  if (error != 0 && !is_over(error)) throw_slurm("release " + name_of(job, token), error);
}

void SlurmActor::cancel(const JobKey& job, const Token& token, SendBefore send_before) {
  auto has_ended = [](const JobStatus& status) { return status.phase == JobPhase::ended; };
  std::vector<JobStatus> seen = see(job, token);
  if (std::ranges::all_of(seen, has_ended)) return;
  check_time_is_left(send_before, "cancel " + name_of(job, token));
  // If a pending task is not split off from its array yet, cancelling it would leave no record. slurmctld
  // splits a task off when the task is held.
  if (job.task && seen.front().phase == JobPhase::pending) hold_job(to_string(job));
  int error = kill_job(to_string(job));
  if (error != 0 && !is_over(error)) throw_slurm("cancel " + name_of(job, token), error);
}

}  // namespace trainyard::slurm
