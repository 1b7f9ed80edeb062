// Makes the files on scratch that the jobs of attempts need: the attempts' directories, launch files, and the
// links of a job array. (The agent makes the folders for the program.) A repetition after a crash has the
// same result. Also removes the directories of runs and data sets from scratch.
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

Launch launch_of(const JobSite& site, const TrainingRun& run, const std::optional<DataSet>& data,
                 const AttemptFiles& files) {
  Launch launch;
  launch.run_id = run.id;
  launch.attempt = run.attempt()->number;
  launch.token = token_of(site.ledger_id, run, JobRole::train);
  launch.name = run.manifest->name;
  launch.directory = files.directory;
  if (!run.code_digest.empty()) launch.code_archive = join_path(files.run_directory, layout::code_archive);
  if (data) {
    launch.dataset_digest = data->digest;
    launch.dataset_directory = layout::dataset_directory(data->scratch.path, data->digest);
  }
  if (launch.attempt > 1)
    launch.checkpoint_from = join_path(
        layout::attempt_directory(run.scratch.path, run.id, launch.attempt - 1), layout::checkpoint_folder);
  launch.may_be_tried_again = may_be_tried_again(run);
  launch.manifest = *run.manifest;
  if (run.manifest->data)
    launch.data_store = access_to(site.stores, run.manifest->data->store, run.scratch.path);
  launch.results_store = access_to(site.stores, run.manifest->results_store, run.scratch.path);
  return launch;
}

AttemptFiles files_for(const JobSite& site, const TrainingRun& run, const std::optional<DataSet>& data) {
  const std::string& scratch = run.scratch.path;
  AttemptFiles files{layout::run_directory(scratch, run.id),
                     layout::attempt_directory(scratch, run.id, run.attempt()->number), "", run.code_digest};
  files.launch = to_json(launch_of(site, run, data, files)).dump(2);
  return files;
}

std::optional<ArrayLinks> links_for(const std::vector<TrainingRun>& runs) {
  const std::optional<ArrayPlace>& array = runs.front().attempt()->array;
  if (!array) return std::nullopt;
  const std::string& scratch = runs.front().scratch.path;
  ArrayLinks links{layout::array_directory(scratch, array->first_run, array->first_attempt), {}};
  for (const TrainingRun& run : runs)
    links.targets[std::to_string(run.attempt()->array->task)] =
        layout::attempt_directory(scratch, run.id, run.attempt()->number);
  return links;
}

}  // namespace

void Steps::prepare(const std::vector<TrainingRun>& runs, const std::optional<DataSet>& data) {
  std::vector<AttemptFiles> attempts;
  for (const TrainingRun& run : runs) attempts.push_back(files_for(site_, run, data));
  try {
    files_of(runs.front())->prepare_attempts(attempts, links_for(runs));
  } catch (const Error& e) {
    // The uploaded code is gone and cannot be restored, so the run fails.
    if (e.kind() == ErrorKind::invalid) throw StepFailure(Meaning::users_fault, e.what());
    throw;
  }
}

// The last run of an array to be removed also removes the array's directory.
void Steps::remove_run(const TrainingRun& run, const std::set<std::string>& code_in_use) {
  std::unique_ptr<UserFiles> files = files_of(run);
  for (const Attempt& attempt : run.attempts)
    if (attempt.array)
      files->remove_link(
          layout::array_directory(run.scratch.path, attempt.array->first_run, attempt.array->first_attempt),
          std::to_string(attempt.array->task));
  files->remove_tree(layout::run_directory(run.scratch.path, run.id));
  files->remove_unused_code(code_in_use);
}

void Steps::probe_files(std::uint32_t uid, const ScratchPlace& scratch) {
  users_.files_of(uid, scratch)->read_files(layout::code_directory(scratch.path), {});
}

}  // namespace trainyard
