// stage and inspect: the steps of a data set. `stage` submits a job without GPUs that copies the data set to
// scratch; `inspect` reads the evidence of that job.
#include <fmt/format.h>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/text.h"
#include "daemon/handover/layout.h"
#include "daemon/steps/credentials_wait.h"
#include "daemon/steps/read_evidence.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

constexpr int max_stage_jobs = 5;  // of one data set that fail, except for missing credentials

// Checks that the list of the data set's objects is on scratch; it was written when the data set was
// requested. If scratch was emptied since, lists the objects again; throws StepFailure if they have changed.
void ensure_source_list(UserFiles& files, const DataSet& data_set, const std::string& directory,
                        const StoreAccess& store) {
  if (files.read_piece(join_path(directory, layout::source_list), 0, 1).size_bytes > 0) return;
  if (files.list_sources(data_set.data, store).digest != data_set.digest)
    throw StepFailure(Meaning::users_fault,
                      data_set.data.source +
                          ": has changed since the run was accepted; submit it again to train "
                          "on it as it is");
}

// Returns what is missing if scratch has too little space for the data set, of which the size of its sources
// is known.
std::optional<SpaceMissing> missing_space(UserFiles& files, const DataSet& data_set,
                                          std::int64_t keep_free_bytes) {
  if (keep_free_bytes == 0) return std::nullopt;
  const std::int64_t free_bytes = files.free_bytes();
  const std::int64_t missing = keep_free_bytes + data_set.source_bytes - free_bytes;
  if (missing <= 0) return std::nullopt;
  return SpaceMissing{
      missing, fmt::format("{} are missing on {}: the data set has {}, {} are free, and {} must stay free "
                           "([scratch] free_space, and your data sets that are on their way)",
                           format_size(missing), data_set.scratch.path, format_size(data_set.source_bytes),
                           format_size(free_bytes), format_size(keep_free_bytes))};
}

// Writes the file stage.json for the stage job. Removes the evidence of an earlier stage job, so that it is
// not taken for that of the new one.
void write_request(UserFiles& files, const DataSet& data_set, const std::string& directory,
                   const StoreAccess& store) {
  StageRequest request{data_set.digest, directory, data_set.data, store, {}, {}};
  files.write_files(directory, {layout::staged_file}, {{layout::stage_file, to_json(request).dump(2)}});
}

}  // namespace

SourceList Steps::list_sources(const Owner& owner, const ScratchPlace& scratch, const DataSpec& data) {
  return users_.files_of(owner.uid, scratch)
      ->list_sources(data, access_to(site_.stores, data.store, scratch.path));
}

StepResult Steps::stage(const StepCall& call) {
  const DataSet& data_set = *call.data_set;
  if (data_set.attempts > 0 && !data_set.waits_for_credentials_since) {
    UtcSeconds due = data_set.changed_at + delay_after(data_set.failed_attempts);
    if (now() < due) return {{}, due - now()};
  }
  std::string directory = layout::dataset_directory(data_set.scratch.path, data_set.digest);
  JobRequest request = stage_job(site_, data_set);
  // In doubt, looks up an existing stage job, but does not wait until the doubt is over, because staging
  // twice does no harm.
  std::optional<JobKey> job;
  if (call.doubt)
    job = already_submitted(request.token, data_set.owner.uid, {}, data_set.changed_at, UtcSeconds{});
  if (!job) {
    std::unique_ptr<UserFiles> files = users_.files_of(data_set.owner.uid, data_set.scratch);
    if (auto missing = missing_space(*files, data_set, call.keep_free_bytes))
      return {.changes = {}, .again_after = {}, .space_missing = std::move(missing)};
    const StoreAccess store = access_for_staging(site_.stores, data_set.data.store, data_set.scratch.path);
    if (data_set.waits_for_credentials_since)
      wait_for_credentials(*files, data_set.data.source, store, *data_set.waits_for_credentials_since);
    ensure_source_list(*files, data_set, directory, store);
    write_request(*files, data_set, directory, store);
    job = submit_and_confirm(request).key;
  }
  return {{DataSetChange{data_set.digest, event::Staging{now(), data_set.attempts + 1, *job}}}, {}};
}

DataSetEvent Steps::inspect(const DataSet& data_set, const JobStatus& job) {
  std::string directory = layout::dataset_directory(data_set.scratch.path, data_set.digest);
  std::optional<StageEvidence> evidence =
      read_stage_evidence(*users_.files_of(data_set.owner.uid, data_set.scratch), directory);
  if (evidence && evidence->ok)
    return event::Ready{now(), evidence->size_bytes, evidence->samples, evidence->test_samples};
  std::string reason = evidence ? evidence->message
                                : fmt::format("the stage job ended without evidence ({}); see {}", job.state,
                                              join_path(directory, layout::stage_log));
  if (evidence && evidence->waits_for_credentials)
    return event::StageFailed{
        .at = now(), .reason = reason, .try_again = true, .waits_for_credentials = true};
  const bool try_again = (!evidence || evidence->try_again) && data_set.failed_attempts + 1 < max_stage_jobs;
  return event::StageFailed{now(), reason, try_again};
}

}  // namespace trainyard
