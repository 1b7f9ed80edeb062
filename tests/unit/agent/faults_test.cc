// Tests of the agent's functions that write files, on a disk that fails during them.
#include <gtest/gtest.h>

#include <functional>

#include "daemon/agent/checkpoint.h"
#include "daemon/agent/fetch.h"
#include "daemon/agent/run.h"
#include "daemon/agent/stage.h"
#include "daemon/agent/store.h"
#include "daemon/handover/claim.h"
#include "kernels/scratch_file.h"
#include "tests/fakes/faulty_disk.h"
#include "tests/unit/agent/agent_fixture.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;
Claim claim_of_restart(int restarts) { return {"yard", 77, restarts, "n1", from_unix(1), false}; }

// Functions for FaultyCall: they prepare a trial's folder, run a subcommand of the agent in it, and read what
// the subcommand left there.
class TrialOfTheAgent {
 public:
  TrialOfTheAgent() {
    for (const auto& [name, value] : std::map<std::string, std::string>{
             {"SLURM_JOB_ID", "77"}, {"SLURM_CLUSTER_NAME", "yard"}, {"SLURM_JOB_NODELIST", "n1"}})
      ::setenv(name.c_str(), value.c_str(), 1);
  }

  void arrange(const std::string& folder) {
    ::unsetenv("SLURM_RESTART_COUNT");
    site_.emplace(folder);
  }

  std::string attempt(const std::string& name) const { return site_->path("runs/7/attempts/1/" + name); }

  // Turns a subcommand's exit code into an Error: `unavailable` if it asks for another try, `internal` for
  // other failures; none for 0.
  static void expect_done(int exit_code, const std::string& message) {
    if (exit_code == 0) return;
    throw Error(exit_code == exit_try_again ? ErrorKind::unavailable : ErrorKind::internal,
                "exit code " + std::to_string(exit_code) + ": " + message);
  }

  void leave_checkpoint(const std::string& folder) {
    arrange(folder);
    for (const char* name : {"attempts/1/checkpoint/step-2", "attempts/2"})
      fs::create_directories(fs::path(folder) / name);
    const fs::path checkpoint = fs::path(folder) / "attempts/1/checkpoint";
    write_atomically(checkpoint / "step-2/weights", "weights");
    fs::create_hard_link(checkpoint / "step-2/weights", checkpoint / "best");
    fs::create_symlink("step-2", checkpoint / "latest");
  }

  static void take_over(const std::string& folder) {
    take_over_checkpoint(folder + "/attempts/1/checkpoint", folder + "/attempts/2/checkpoint");
  }

  static Seen checkpoint_of_the_next(const std::string& folder) {
    Seen seen = files_below(folder);
    std::erase_if(seen, [](const auto& file) { return !file.first.starts_with("attempts/2/checkpoint/"); });
    return seen;
  }

  void fill_bucket(const std::string& folder) {
    arrange(folder);
    fs::create_directories(site_->path("bucket/d"));
    for (const char* name : {"d/a.csv", "d/b.csv"})
      write_atomically(site_->path(std::string("bucket/") + name), "0,1,0\n2,3,1\n4,5,0\n");
  }

  void ask_to_stage(const std::string& folder, const std::string& format) {
    fill_bucket(folder);
    StageRequest request = site_->stage_request("d/", format, {{"label", 2}});
    request_ = site_->write(request);
  }

  void ask_to_stage_rows(const std::string& folder) {
    using namespace std::string_literals;
    arrange(folder);
    fs::create_directories(site_->path("bucket/d"));
    write_atomically(site_->path("bucket/d/images"), "\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x01\x05\x06"s);
    write_atomically(site_->path("bucket/d/labels"), "\0\0\x08\x01\0\0\0\x02\x01\x00"s);
    request_ = site_->write(site_->stage_request("d/", "idx"));
  }

  void stage_data(const std::string&) {
    const int exit_code = stage(request_);
    expect_done(exit_code, exit_code == 0 ? "" : site_->staged().message);
  }

  void fetch_data(const std::string& folder) {
    FetchRequest request;
    request.url = site_->url("d/");
    request.directory = folder + "/results";
    fetch(request);
  }

  // Without what has been fetched for files that are not complete.
  static Seen fetched_files(const std::string& folder) {
    Seen seen = files_below(folder);
    std::erase_if(
        seen, [](const auto& file) { return file.first.find("/.trainyard-download-") != std::string::npos; });
    return seen;
  }

  // Returns the data set's staged contents, and the evidence that tells the daemon about them.
  Seen staged_data(const std::string& folder) const {
    Seen seen;
    for (const auto& [name, text] : files_below(folder))
      if (name.starts_with("data/files/")) seen[layout::raw_folder] += name + ": " + text;
    if (site_->has("data/train.h5")) {
      read_scratch_info(site_->path("data/train.h5"));
      for (std::uint8_t value :
           Hdf5File::open(site_->path("data/train.h5")).dataset("/train/samples").read<std::uint8_t>())
        seen["train.h5"] += std::to_string(value) + " ";
    }
    if (site_->has("data/staged.json") && site_->staged().ok) seen["staged.json"] = "ok";
    return seen;
  }

  void leave_results(const std::string& folder) {
    arrange(folder);
    request_ = site_->write(site_->launch({}));
    take_claim(attempt(""), claim_of_restart(0));
    write_atomically(attempt(layout::exit_file), to_json(ExitEvidence{}).dump());
    write_atomically(attempt("results/model.h5"), "weights");
  }

  void store_results(const std::string&) {
    expect_done(store(request_, {std::chrono::milliseconds(1), std::chrono::milliseconds(3)}), "the store");
  }

  Seen stored_results(const std::string&) const {
    const std::string file = std::string("runs/7/attempts/1/") + layout::stored_file;
    if (!site_->has(file) || !store_evidence_from_json(site_->evidence(layout::stored_file)).ok) return {};
    return {{layout::stored_file, site_->bucket("results/training-7/results/model.h5")}};
  }

  // Prepares a job that Slurm has restarted: the first execution was ended while its program ran.
  void ask_to_run(const std::string& folder) {
    leave_checkpoint(folder);
    CommandSpec command;
    command.run = "cat $CHECKPOINT_DIR/best > $RESULT_DIR/weights";
    Launch launch = site_->launch(command);
    launch.checkpoint_from = folder + "/attempts/1/checkpoint";
    request_ = site_->write(launch);
    take_claim(attempt(""), claim_of_restart(0));
    write_atomically(attempt(layout::exit_file), to_json(ended_with(1)).dump());
    fs::create_directories(attempt("model/old"));
    ::setenv("SLURM_RESTART_COUNT", "1", 1);
  }

  static ExitEvidence ended_with(int exit_code) {
    ExitEvidence evidence;
    evidence.claim = claim_of_restart(0);
    evidence.exit_code = exit_code;
    return evidence;
  }

  void run_program(const std::string&) {
    const int exit_code = run(request_);
    expect_done(exit_code, exit_code == 0 ? "" : evidence_of_run().message);
  }

  void run_program_again(const std::string& folder) {
    ::setenv("SLURM_RESTART_COUNT", "2", 1);
    run_program(folder);
  }

  ExitEvidence evidence_of_run() const { return exit_evidence_from_json(site_->evidence(layout::exit_file)); }

  // Returns the files that this restart of the job has left. Leaves out an exit.json that asks for another
  // try, because it says nothing about the program.
  Seen results_of_run(const std::string&) const {
    Seen seen;
    if (site_->has("runs/7/attempts/1/results/weights"))
      seen["weights"] = read_file(attempt("results/weights"));
    if (site_->has("runs/7/attempts/1/model/old")) seen["model"] = "of an earlier restart";
    if (!site_->has("runs/7/attempts/1/exit.json")) return seen;
    const ExitEvidence evidence = evidence_of_run();
    if (evidence.claim.restarts > 0 && evidence.exit_code != exit_try_again)
      seen["exit.json"] = "exit code " + std::to_string(evidence.exit_code);
    return seen;
  }

 private:
  std::optional<AgentFixture> site_;
  std::string request_;
};

TEST(TheAgent, LeavesFilesWholeAndEvidenceThatIsTrueWhateverTheDiskDoes) {
  using Trial = TrialOfTheAgent;
  Trial trial;
  const auto with = [&trial](auto method) { return std::bind_front(method, &trial); };
  expect_to_survive(
      disk_faults(),
      {{.name = "write_evidence",
        .arrange = with(&Trial::arrange),
        .act =
            [](const std::string& folder) {
              write_evidence(folder + "/exit.json", {{"exit_code", 3}});
            }},
       {.name = "take_claim",
        .arrange = with(&Trial::arrange),
        .act = [](const std::string& folder) { take_claim(folder, claim_of_restart(0)); },
        .look = [](const std::string& folder) -> Seen {
          const std::optional<Claim> claim = read_claim(folder);
          return claim ? Seen{{"claim", "job " + std::to_string(claim->job_id)}} : Seen{};
        },
        .act_again = [](const std::string& folder) { take_claim(folder, claim_of_restart(1)); }},
       {.name = "take_over_checkpoint",
        .arrange = with(&Trial::leave_checkpoint),
        .act = Trial::take_over,
        .look = Trial::checkpoint_of_the_next},
       {.name = "stage, HDF5",
        .arrange = [&](const std::string& folder) { trial.ask_to_stage(folder, "csv"); },
        .act = with(&Trial::stage_data),
        .look = with(&Trial::staged_data),
        .may_end_in_part = true},
       {.name = "stage, rows",
        .arrange = with(&Trial::ask_to_stage_rows),
        .act = with(&Trial::stage_data),
        .look = with(&Trial::staged_data),
        .may_end_in_part = true},
       {.name = "stage, raw files",
        .arrange = [&](const std::string& folder) { trial.ask_to_stage(folder, "raw"); },
        .act = with(&Trial::stage_data),
        .look = with(&Trial::staged_data),
        .may_end_in_part = true},
       {.name = "fetch",
        .arrange = with(&Trial::fill_bucket),
        .act = with(&Trial::fetch_data),
        .look = Trial::fetched_files,
        .may_end_in_part = true},
       {.name = "store",
        .arrange = with(&Trial::leave_results),
        .act = with(&Trial::store_results),
        .look = with(&Trial::stored_results)},
       {.name = "run",
        .arrange = with(&Trial::ask_to_run),
        .act = with(&Trial::run_program),
        .look = with(&Trial::results_of_run),
        .may_end_in_part = true,
        .act_again = with(&Trial::run_program_again)}});
}

}  // namespace
}  // namespace trainyard
