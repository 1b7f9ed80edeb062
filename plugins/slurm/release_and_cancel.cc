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

// Returns what slurmctld shows of this job, or of all tasks of this array: those with the id and submit time
// of `job`, whatever their names are. Throws Error{not_found} if there are none.
std::vector<JobStatus> see(const JobKey& job, const Token& token) {
  std::vector<JobStatus> seen = statuses_under(job.job_id, job.cluster);
  std::erase_if(seen,
                [&](const JobStatus& status) { return status.key != job && array_of(status.key) != job; });
  if (seen.empty()) throw Error(ErrorKind::not_found, name_of(job, token) + " is not in slurmctld");
  return seen;
}

}  // namespace

// Counts the greatest number of calls to Slurm that this function of SchedulerActor can make, because the
// number depends on what it finds.
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
  // Holds a pending task before it is cancelled: slurmctld then makes a record of its own for the task,
  // without which the cancelled task would leave no record.
  if (job.task && seen.front().phase == JobPhase::pending) hold_job(to_string(job));
  int error = kill_job(to_string(job));
  if (error != 0 && !is_over(error)) throw_slurm("cancel " + name_of(job, token), error);
}

}  // namespace trainyard::slurm
