#include "tests/unit/driver/site.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "daemon/base/fd.h"
#include "daemon/base/user.h"
#include "daemon/handover/layout.h"

namespace trainyard::testing {
namespace {

constexpr std::chrono::seconds patience{60};  // long, for a machine that is busy with other things

// Thrown by the observer to end the loop at once, as if the daemon had died.
struct Died {};

JobSite job_site(const std::string& ledger_id, const Stores& stores) {
  return {ledger_id, "/usr/libexec/trainyard/trainyard-agent", "", "", stores};
}

Owner me() {
  User user = user_of(::geteuid());
  return {user.uid, user.gid, user.name};
}

}  // namespace

struct Site::Daemon {
  Daemon(const std::string& folder, FakeScheduler& scheduler, Users& users, const DriverSettings& settings,
         const Stores& stores)
      : ledger(join_path(folder, "ledger.db")),
        steps(
            scheduler, users, [](uid_t uid) { return "user " + std::to_string(uid); },
            job_site(ledger.id(), stores)),
        lane(loop, 1),
        lanes(loop),
        driver(loop, lane, lanes, ledger, steps, settings) {}
  Loop loop;
  Ledger ledger;
  Steps steps;
  Workers lane;
  Lanes lanes;
  Driver driver;
};

Site::Site(DriverSettings settings, Stores stores)
    : users_(scheduler_), settings_(std::move(settings)), stores_(std::move(stores)) {
  ::setenv("TRAINYARD_PLUGINDIR", FILE_MODULE_FOLDER, 1);
  settings_.scratch = file("scratch") + "/{user}";
  settings_.poll_interval = std::chrono::milliseconds(10);
  std::filesystem::create_directory(file("scratch"));
  restart();
}

Site::~Site() = default;

void Site::restart() {
  daemon_.reset();
  alive_ = true;
  daemon_ = std::make_unique<Daemon>(folder_.path(), scheduler_, users_, settings_, stores_);
  observe();
  daemon_->driver.recover();
}

void Site::observe() {
  daemon_->driver.on_event([this] {
    if (events_until_death_ == 0 || --events_until_death_ > 0) return;
    alive_ = false;
    ++deaths_;
    daemon_->loop.stop();
    if (death_ == Death::at_once) throw Died();
  });
}

void Site::die_at_event(int n, Death death) {
  events_until_death_ = n;
  death_ = death;
}

bool Site::run_until(std::function<bool()> reached) {
  Loop& loop = daemon_->loop;
  Loop::Watch look, limit;
  bool was_reached = false;
  std::function<void()> look_again = [&] {
    was_reached = reached();
    if (was_reached) return loop.stop();
    look = loop.after(std::chrono::milliseconds(2), look_again);
  };
  look = loop.after(std::chrono::milliseconds(0), look_again);
  limit = loop.after(patience, [&] { loop.stop(); });
  try {
    loop.run();
  } catch (const Died&) {
    return false;
  }
  if (!alive_) {
    daemon_->lanes.finish();  // the work is done, and its results are lost
    while (daemon_->lane.waiting() > 0) std::this_thread::yield();
    daemon_->lane.stop();
  }
  return was_reached;
}

void Site::run_for(std::chrono::milliseconds time) {
  auto end = std::chrono::steady_clock::now() + time;
  run_until([end] { return std::chrono::steady_clock::now() >= end; });
}

bool Site::run_until_state(std::int64_t run_id, RunState state) {
  return run_until([this, run_id, state] { return run(run_id).state == state; });
}

SubmitRequest Site::request(std::vector<Manifest> manifests, const std::string& client_id) {
  return {.owner = me(),
          .home = "",
          .groups = {},
          .submission = {::geteuid(), client_id, "digits.toml", "…"},
          .manifests = std::move(manifests),
          .code_digest = ""};
}

std::vector<std::int64_t> Site::submit(std::vector<Manifest> manifests, const std::string& client_id) {
  std::optional<SubmitAnswer> answer;
  std::exception_ptr error;
  driver().acceptance().submit(
      request(std::move(manifests), client_id), [&](SubmitAnswer given) { answer = std::move(given); },
      [&](std::exception_ptr failed) { error = failed; });
  run_until([&] { return answer || error; });
  if (error && alive_) std::rethrow_exception(error);
  return answer ? answer->run_ids : std::vector<std::int64_t>();
}

std::string Site::attempt_file(std::int64_t run_id, const char* name) const {
  int attempt = static_cast<int>(daemon_->ledger.find_run(run_id)->attempts.size());
  return join_path(layout::attempt_directory(scratch(), run_id, attempt), name);
}

void Site::leave_exit_evidence(std::int64_t run_id, int exit_code, int signal) {
  ExitEvidence evidence;
  JobKey job = ledger().find_run(run_id)->attempt()->train->key;
  evidence.claim.job_id = job.job_id;
  evidence.claim.array_task = job.task;
  evidence.exit_code = exit_code;
  evidence.signal = signal;
  write_atomically(attempt_file(run_id, layout::exit_file), to_json(evidence).dump());
}

void Site::leave_store_evidence(std::int64_t run_id, bool ok) {
  leave_evidence(run_id,
                 StoreEvidence{ok, false, ok ? "" : "the bucket is gone", ok ? 3 : 0, ok ? 4096 : 0, now()});
}

void Site::leave_evidence(std::int64_t run_id, const StoreEvidence& evidence) {
  write_atomically(attempt_file(run_id, layout::stored_file), to_json(evidence).dump());
}

void Site::leave_stage_evidence(const std::string& digest, bool ok, const std::string& message) {
  leave_evidence(digest, StageEvidence{ok, false, message, ok ? 4711 : 0, ok ? 60 : 0, 0, now()});
}

void Site::leave_evidence(const std::string& digest, const StageEvidence& evidence) {
  write_atomically(join_path(layout::dataset_directory(scratch(), digest), layout::staged_file),
                   to_json(evidence).dump());
}

bool Site::stage(const std::string& digest) {
  auto state = [this, digest] { return driver().find_data_set(digest)->state; };
  if (!run_until([&] { return state() == DataSetState::staging; })) return false;
  leave_stage_evidence(digest, true);
  const std::string job = digest.substr(0, 16) + ".1-stage";
  scheduler_.start(job, now(), 0);
  scheduler_.end(job, JobOutcome::completed, now());
  return run_until([&] { return state() == DataSetState::ready; });
}

void Site::end_staging(const std::string& digest, const StageEvidence& evidence) {
  leave_evidence(digest, evidence);
  const int attempt = driver().find_data_set(digest)->attempts;
  const std::string job = digest.substr(0, 16) + "." + std::to_string(attempt) + "-stage";
  scheduler_.start(job, now(), 0);
  scheduler_.end(job, evidence.ok ? JobOutcome::completed : JobOutcome::failed, now());
}

void Site::train(std::int64_t run_id, int exit_code) {
  leave_exit_evidence(run_id, exit_code);
  std::string job = job_of(run_id, JobRole::train);
  scheduler_.start(job, now() - std::chrono::seconds(60));
  scheduler_.end(job, exit_code == 0 ? JobOutcome::completed : JobOutcome::failed, now());
}

void Site::store(std::int64_t run_id) {
  leave_store_evidence(run_id);
  std::string job = job_of(run_id, JobRole::store);
  scheduler_.start(job, now() - std::chrono::seconds(5), 0);
  scheduler_.end(job, JobOutcome::completed, now());
}

std::string Site::job(std::int64_t run_id, const char* role, int attempt) {
  return "-" + std::to_string(run_id) + "." + std::to_string(attempt) + "-" + role;
}

std::string Site::job_of(std::int64_t run_id, JobRole role) {
  TrainingRun run = *ledger().find_run(run_id);
  const Attempt& attempt = *run.attempt();
  const std::optional<RunJob>& job = role == JobRole::train ? attempt.train : attempt.store;
  return token_of(ledger().id(), run, role) + (job->key.task ? "_" + std::to_string(*job->key.task) : "");
}

int Site::jobs_submitted(const std::string& token_end) const {
  std::vector<JobRequest> jobs = scheduler_.submitted();
  return static_cast<int>(std::count_if(
      jobs.begin(), jobs.end(), [&](const JobRequest& job) { return job.token.ends_with(token_end); }));
}

void Site::remove_directory(std::int64_t run_id) { daemon_->steps.remove_run(run(run_id), {}); }

std::string Site::scratch() const { return daemon_->driver.acceptance().scratch_of(me(), "").path; }

Driver& Site::driver() { return daemon_->driver; }
Ledger& Site::ledger() { return daemon_->ledger; }

Manifest one_gpu(const std::string& name) {
  Manifest manifest;
  manifest.name = name;
  manifest.results_target = "file:///srv/results/";
  manifest.resources.gpus_per_node = 1;
  CommandSpec command;
  command.run = "true";
  manifest.program = command;
  return manifest;
}

Manifest with_data(const Site& site, const std::string& file) {
  write_atomically(site.file(file), "0,1\n");
  Manifest manifest = one_gpu();
  DataSpec data;
  data.source = "file://" + site.file(file);
  data.format = "csv";
  data.options = {{"label", 0}};
  manifest.data = data;
  return manifest;
}

}  // namespace trainyard::testing
