#include "daemon/steps/directories.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "daemon/base/as_user.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/handover/layout.h"
#include "daemon/steps/steps.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

void make_directory(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) throw_errno("mkdir " + path);
}

// Made by a daemon that died before it could give it away.
bool is_still_ours(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == ::geteuid();
}

void copy_uploaded_code(const std::string& state_dir, const TrainingRun& run, const std::string& target) {
  if (run.code_digest.empty() || fs::exists(target)) return;
  std::string archive =
      read_file(layout::uploaded_code(state_dir, run.owner.uid, run.code_digest), std::int64_t{1} << 40);
  AsUser user(run.owner.uid);
  write_atomically(target, archive);
}

Launch launch_of(const JobSite& site, const TrainingRun& run, const std::string& directory,
                 const std::string& code) {
  Launch launch;
  launch.run_id = run.id;
  launch.attempt = run.attempt()->number;
  launch.token = token_of(site.ledger_id, run, JobRole::train);
  launch.name = run.manifest->name;
  launch.directory = directory;
  if (!run.code_digest.empty()) launch.code_archive = code;
  if (!run.dataset_digest.empty()) {
    launch.dataset_digest = run.dataset_digest;
    launch.dataset_directory = layout::dataset_directory(site.scratch, run.dataset_digest);
  }
  if (launch.attempt > 1)
    launch.checkpoint_from = join_path(layout::attempt_directory(site.scratch, run.id, launch.attempt - 1),
                                       layout::checkpoint_folder);
  launch.may_be_tried_again = may_be_tried_again(run);
  launch.manifest = *run.manifest;
  return launch;
}

// The last one out takes the array's directory along; what a user put there stays.
void leave_array(const std::string& scratch, const Owner& owner, const ArrayPlace& array) {
  std::string directory = layout::array_directory(scratch, array.first_run, array.first_attempt);
  {
    AsUser user(owner.uid);
    ::unlink(join_path(directory, std::to_string(array.task)).c_str());
  }
  ::rmdir(directory.c_str());
}

}  // namespace

void make_user_directory(const std::string& path, const Owner& owner) {
  std::string parent = fs::path(path).parent_path();
  make_directory(parent, 0755);
  make_directory(path, 0700);
  if (!is_still_ours(path)) return;
  // Empty, below a folder only the daemon writes: nobody can have put a link there.
  if (owner.uid != ::geteuid() && ::lchown(path.c_str(), owner.uid, owner.gid) != 0)
    throw_errno("chown " + path);
}

void remove_user_directory(const std::string& path, const Owner& owner) {
  if (!fs::exists(fs::symlink_status(path))) return;
  {
    AsUser user(owner.uid);
    std::error_code failed;
    for (const fs::directory_entry& entry : fs::directory_iterator(path, failed))
      fs::remove_all(entry.path(), failed);
    if (failed) throw Error(ErrorKind::unavailable, path + ": cannot be removed: " + failed.message());
  }
  if (::rmdir(path.c_str()) != 0 && errno != ENOENT) throw_errno("rmdir " + path);
}

// Everything the attempt's jobs will look for; the folders of the program are the agent's to make. Written
// again after a crash, the same.
void Steps::prepare_attempt(const TrainingRun& run) {
  std::string run_directory = layout::run_directory(site_.scratch, run.id);
  std::string directory = layout::attempt_directory(site_.scratch, run.id, run.attempt()->number);
  std::string code = join_path(run_directory, layout::code_archive);
  make_user_directory(run_directory, run.owner);
  copy_uploaded_code(state_dir_, run, code);
  AsUser user(run.owner.uid);
  make_directory(join_path(run_directory, "attempts"), 0700);
  make_directory(directory, 0700);
  make_directory(join_path(directory, layout::logs_folder), 0700);  // for the jobs' output
  std::string launch = to_json(launch_of(site_, run, directory, code)).dump(2);
  auto write = run.attempt()->array ? write_for_later_sync : write_atomically;
  write(join_path(directory, layout::launch_file), launch, 0600);
}

// Where the tasks of an array find their own directories. All of them are durable then: one by one a thousand
// would take seconds.
void Steps::prepare_array(const std::vector<TrainingRun>& runs) {
  const ArrayPlace& array = *runs.front().attempt()->array;
  std::string directory = layout::array_directory(site_.scratch, array.first_run, array.first_attempt);
  make_user_directory(directory, runs.front().owner);
  AsUser user(runs.front().owner.uid);
  for (const TrainingRun& run : runs) {
    std::string link = join_path(directory, std::to_string(run.attempt()->array->task));
    std::string target = layout::attempt_directory(site_.scratch, run.id, run.attempt()->number);
    if (::symlink(target.c_str(), link.c_str()) != 0 && errno != EEXIST) throw_errno("symlink " + link);
  }
  sync_file_system(directory);
}

void Steps::remove_run(const TrainingRun& run) {
  for (const Attempt& attempt : run.attempts)
    if (attempt.array) leave_array(site_.scratch, run.owner, *attempt.array);
  remove_user_directory(layout::run_directory(site_.scratch, run.id), run.owner);
}

void Steps::remove_data_set(const DataSet& data_set) {
  remove_user_directory(layout::dataset_directory(site_.scratch, data_set.digest), data_set.owner);
}

}  // namespace trainyard
