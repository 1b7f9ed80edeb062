// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/slurm/errors.h"

#include <cerrno>

#include "plugins/slurm/libslurm_release.h"
#include "plugins/slurm/submit.h"

namespace trainyard::slurm {
namespace {

std::string quoted(const std::string& value, const char* otherwise) {
  return value.empty() ? otherwise : "\"" + value + "\"";
}

std::string resources_of(const JobRequest& request) {
  if (!request.batch_options.is_null()) return "what its batch script asks for";
  std::string text = std::to_string(request.nodes) + (request.nodes == 1 ? " node" : " nodes") + " with " +
                     std::to_string(request.tasks_per_node * request.cpus_per_task) + " CPUs";
  if (request.memory_bytes_per_node > 0)
    text += ", " + std::to_string(request.memory_bytes_per_node >> 20) + " MiB";
  if (request.gpus_per_node > 0) text += ", \"" + gres_of(request) + "\"";
  return text + (request.nodes == 1 ? "" : " each");
}

// Returns the value of this option in the batch script; for a job without a batch script, `by_manifest`.
std::string asked_for(const JobRequest& request, const char* option, const std::string& by_manifest) {
  if (request.batch_options.is_null()) return quoted(by_manifest, "by default");
  return quoted(request.batch_options.value(option, std::string()), "by default");
}

// Returns Slurm's text for the error. For EAGAIN, for which Slurm has only that of strerror(), returns a
// better one.
std::string in_words(int error) {
  if (error == EAGAIN) return "Slurm's queue is full (MaxJobCount); it takes more when jobs in it have ended";
  return slurm_strerror(error);
}

// Returns true for errors of MaxJobCount, MaxSubmitJobs and similar limits.
bool is_lack_of_room(int error) { return error == EAGAIN || error == ESLURM_ACCOUNTING_POLICY; }

}  // namespace

ErrorKind kind_of(int error) {
  switch (error) {
    case EAGAIN:  // MaxJobCount is reached
    case EINTR:
    case ETIMEDOUT:
    case ECONNREFUSED:
    case ESLURM_IN_STANDBY_MODE:
    case ESLURM_IN_STANDBY_USE_BACKUP:
    case ESLURM_DISABLED:
    case ESLURM_SUBMISSIONS_DISABLED:
    case ESLURM_TRANSITION_STATE_NO_UPDATE:
    case ESLURM_DB_CONNECTION:
    case ESLURM_DB_CONNECTION_INVALID:
    // MaxSubmitJobs and similar limits. Slurm has the same number for a job that can never fit a limit.
    case ESLURM_ACCOUNTING_POLICY:
    case ESLURM_WRITING_TO_FILE:
    case ESLURM_NODES_BUSY:
      return ErrorKind::unavailable;
    case ESLURM_ACCESS_DENIED:
    case ESLURM_USER_ID_MISSING:
    case ESLURM_JOB_MISSING_REQUIRED_PARTITION_GROUP:
    case ESLURM_RESERVATION_ACCESS:
    case ESLURM_PARTITION_ASSOC:
      return ErrorKind::denied;
    case ESLURM_INVALID_JOB_ID:
      return ErrorKind::not_found;
    default:
      break;
  }
  // Errors below this number are values of errno: a connection was reset, slurmctld's disk is full. They are
  // not about the job.
  constexpr int first_slurm_error = 1000;
  if (error < first_slurm_error) return ErrorKind::unavailable;
  bool transport = (error >= SLURM_UNEXPECTED_MSG_ERROR && error < SLURM_NO_CHANGE_IN_DATA) ||
                   (error >= first_socket_error && error < ESLURM_DB_CONNECTION);
  return transport || is_not_recorded_yet(error) ? ErrorKind::unavailable : ErrorKind::invalid;
}

void throw_slurm(const std::string& what, int error, const std::string& said) {
  // A job_submit plugin that refuses a job mostly returns only SLURM_ERROR; its text `said` has the reason.
  const ErrorKind kind = error == SLURM_ERROR && !said.empty() ? ErrorKind::denied : kind_of(error);
  const std::string message = what + ": " + (said.empty() ? "" : said + ": ") + in_words(error);
  if (is_lack_of_room(error)) throw NoRoom(message);
  throw Error(kind, message);
}

std::string blamed_part(const JobRequest& request, int error) {
  switch (error) {
    case ESLURM_INVALID_PARTITION_NAME:
    case ESLURM_DEFAULT_PARTITION_NOT_SET:
    case ESLURM_PARTITION_NOT_AVAIL:
    case ESLURM_JOB_MISSING_REQUIRED_PARTITION_GROUP:
    case ESLURM_PARTITION_ASSOC:
    case ESLURM_ACCESS_DENIED:  // the partition is RootOnly, or closed to this host (AllocNodes)
      return "partition " + asked_for(request, "partition", request.partition);
    case ESLURM_INVALID_ACCOUNT:
      return "account " + asked_for(request, "account", request.account) + " for uid " +
             std::to_string(request.uid);
    case ESLURM_INVALID_QOS:
      return "qos " + asked_for(request, "qos", request.qos) + " for uid " + std::to_string(request.uid);
    case ESLURM_INVALID_TIME_LIMIT:
      if (!request.batch_options.is_null()) return resources_of(request);
      return "time limit of " + std::to_string(minutes_of(request.time_limit)) + " minutes";
    default:
      return resources_of(request);
  }
}

}  // namespace trainyard::slurm
