#include "tests/fakes/fake_scheduler.h"

#include <algorithm>
#include <utility>

#include "daemon/base/error.h"

namespace trainyard::testing {

namespace {

std::string name_of(const JobStatus& job) {
  return job.token + (job.key.task ? "_" + std::to_string(*job.key.task) : "");
}

}  // namespace

void FakeScheduler::check_there() const {
  if (away_) throw Error(ErrorKind::unavailable, "the fake scheduler is away");
}

void FakeScheduler::check_followed(const JobDependency& dependency) {
  auto is_followed = [&](const JobStatus& job) { return job.key.job_id == dependency.job_id; };
  if (gone_when_followed_) std::erase_if(jobs_, is_followed);
  if (std::ranges::none_of(jobs_, is_followed)) throw Error(ErrorKind::not_found, "no such job to follow");
}

JobKey FakeScheduler::queue(const JobRequest& request) {
  submitted_.push_back(request);
  JobStatus job;
  job.key = {"test", next_id_++, now()};
  job.token = request.token;
  job.uid = owner_of_jobs_.value_or(request.uid);
  job.held = request.held;
  job.state = "PENDING";
  job.gpus = request.nodes * request.gpus_per_node;
  job.gpu_type = request.gpu_type;
  if (request.tasks.empty()) jobs_.push_back(job);
  for (std::uint32_t task : request.tasks) {
    jobs_.push_back(job);
    jobs_.back().key.task = task;
  }
  return job.key;
}

QueuedJob FakeScheduler::submit(const JobRequest& request, SendBefore /*send_before*/) {
  std::lock_guard lock(mutex_);
  check_there();
  if (request.dependency) check_followed(*request.dependency);
  int more = std::max(1, static_cast<int>(request.tasks.size()));
  if (live_jobs() + more > room_) throw NoRoom("the fake scheduler is full");
  if (late_) {
    unheard_.push_back(request);
    throw Error(ErrorKind::unavailable, "no answer");
  }
  for (const JobRequest& heard_now : std::exchange(unheard_, {})) queue(heard_now);
  JobKey key = queue(request);
  if (lose_) throw Error(ErrorKind::unavailable, "the answer was lost");
  return {key.job_id, said_};
}

std::vector<JobStatus> FakeScheduler::look_up(std::uint32_t job_id, std::uint32_t uid) {
  std::lock_guard lock(mutex_);
  check_there();
  std::vector<JobStatus> found;
  for (const JobStatus& job : jobs_)
    if (job.key.job_id == job_id && job.uid == uid) found.push_back(job);
  return found;
}

std::vector<JobStatus> FakeScheduler::find(const std::set<Token>& tokens, std::uint32_t uid,
                                           UtcSeconds /*since*/) {
  std::lock_guard lock(mutex_);
  check_there();
  ++finds_;
  std::vector<JobStatus> found;
  for (const JobStatus& job : jobs_)
    if (tokens.contains(job.token) && job.uid == uid) found.push_back(job);
  return found;
}

void FakeScheduler::release(const JobKey& key, const Token& /*token*/, SendBefore /*send_before*/) {
  std::lock_guard lock(mutex_);
  check_there();
  if (gone_on_release_) std::erase_if(jobs_, [&](const JobStatus& job) { return job.key == key; });
  for (JobStatus* job : find_all(key)) job->held = false;
}

void FakeScheduler::cancel(const JobKey& key, const Token& /*token*/, SendBefore /*send_before*/) {
  std::lock_guard lock(mutex_);
  check_there();
  for (JobStatus* job : find_all(key)) {
    if (job->phase == JobPhase::ended) continue;
    job->phase = JobPhase::ended;
    job->outcome = JobOutcome::cancelled;
    job->state = "CANCELLED";
    job->ended_at = now();
  }
}

// Returns the jobs with this key; a key without a task means all tasks of the array. Throws `not_found` if
// there is none.
std::vector<JobStatus*> FakeScheduler::find_all(const JobKey& key) {
  std::vector<JobStatus*> found;
  for (JobStatus& job : jobs_)
    if (job.key == key || array_of(job.key) == key) found.push_back(&job);
  if (found.empty()) throw Error(ErrorKind::not_found, "no such job");
  return found;
}

std::optional<std::vector<JobStatus>> FakeScheduler::poll(const std::string& prefix,
                                                          const std::vector<JobKey>& known) {
  std::lock_guard lock(mutex_);
  ++polls_;
  check_there();
  std::vector<JobStatus> ours;
  for (const JobStatus& job : jobs_)
    if (!(ended_are_hidden_ && job.phase == JobPhase::ended) &&
        (job.token.starts_with(prefix) || std::ranges::binary_search(known, job.key)))
      ours.push_back(job);
  return ours;
}

std::map<JobKey, JobStatus> FakeScheduler::history_of(const std::vector<JobKey>& keys) {
  std::lock_guard lock(mutex_);
  check_there();
  ++histories_;
  std::map<JobKey, JobStatus> found;
  for (const JobStatus& job : jobs_)
    if (std::ranges::find(keys, job.key) != keys.end()) found.emplace(job.key, job);
  return found;
}

std::vector<JobStatus> FakeScheduler::history_since(const std::string& prefix, UtcSeconds since) {
  std::lock_guard lock(mutex_);
  check_there();
  std::vector<JobStatus> found;
  for (const JobStatus& job : jobs_)
    if (job.token.starts_with(prefix) && job.ended_at.value_or(now()) >= since) found.push_back(job);
  return found;
}

std::vector<RefusedName> FakeScheduler::refused_names(const std::string& user, const std::set<std::string>&,
                                                      const JobNames& names) {
  std::lock_guard lock(mutex_);
  ++names_checked_;
  check_there();
  if (only_account_.empty() || names.account.empty() || names.account == only_account_) return {};
  return {{"account", names.account, "is not an account of " + user + "'s", {only_account_}}};
}

std::map<std::string, std::string> FakeScheduler::default_accounts(const std::set<std::string>& users) {
  std::lock_guard lock(mutex_);
  check_there();
  std::map<std::string, std::string> accounts;
  if (!default_account_.empty())
    for (const std::string& user : users) accounts[user] = default_account_;
  return accounts;
}

std::vector<std::string> FakeScheduler::warnings() {
  std::lock_guard lock(mutex_);
  return warnings_;
}

void FakeScheduler::charge_by_default(const std::string& account) {
  std::lock_guard lock(mutex_);
  default_account_ = account;
}

void FakeScheduler::charge(const std::string& token_end, const std::string& account) {
  std::lock_guard lock(mutex_);
  newest(token_end).account = account;
}

void FakeScheduler::record(const JobStatus& job) {
  std::lock_guard lock(mutex_);
  jobs_.push_back(job);
}

void FakeScheduler::warn(const std::string& warning) {
  std::lock_guard lock(mutex_);
  warnings_.push_back(warning);
}

void FakeScheduler::allow_only_account(const std::string& account) {
  std::lock_guard lock(mutex_);
  only_account_ = account;
}

int FakeScheduler::finds() const {
  std::lock_guard lock(mutex_);
  return finds_;
}

int FakeScheduler::histories() const {
  std::lock_guard lock(mutex_);
  return histories_;
}

void FakeScheduler::hide_ended(bool hide) {
  std::lock_guard lock(mutex_);
  ended_are_hidden_ = hide;
}

void FakeScheduler::set_message_timeout(std::chrono::seconds timeout) { message_timeout_ = timeout; }

int FakeScheduler::names_checked() const {
  std::lock_guard lock(mutex_);
  return names_checked_;
}

std::vector<PlanDrift> FakeScheduler::plan_drift(const std::vector<PlanLimit>& plans) {
  std::lock_guard lock(mutex_);
  check_there();
  std::vector<PlanDrift> drift;
  for (const PlanLimit& plan : plans)
    if (plans_[plan.name] != plan.gpus)
      drift.push_back({"qos " + plan.name, "MaxTRESPerUser", std::to_string(plans_[plan.name]),
                       std::to_string(plan.gpus), ""});
  return drift;
}

std::vector<PlanDrift> FakeScheduler::apply_plans(const std::vector<PlanLimit>& plans) {
  std::vector<PlanDrift> drift = plan_drift(plans);
  std::lock_guard lock(mutex_);
  for (const PlanLimit& plan : plans) plans_[plan.name] = plan.gpus;
  return drift;
}

JobStatus& FakeScheduler::newest(const std::string& token_end) {
  auto found = std::find_if(jobs_.rbegin(), jobs_.rend(),
                            [&](const JobStatus& job) { return name_of(job).ends_with(token_end); });
  if (found == jobs_.rend())
    throw Error(ErrorKind::not_found, "the test names a job that was never submitted: " + token_end);
  return *found;
}

void FakeScheduler::start(const std::string& token_end, UtcSeconds at, int gpus) {
  std::lock_guard lock(mutex_);
  JobStatus& job = newest(token_end);
  job.phase = JobPhase::running;
  job.state = "RUNNING";
  job.started_at = at;
  job.nodes = "n1";
  job.gpus = gpus;
}

void FakeScheduler::end(const std::string& token_end, JobOutcome outcome, UtcSeconds at) {
  std::lock_guard lock(mutex_);
  JobStatus& job = newest(token_end);
  job.phase = JobPhase::ended;
  job.outcome = outcome;
  job.state = outcome == JobOutcome::completed ? "COMPLETED" : "FAILED";
  job.ended_at = at;
}

void FakeScheduler::refuse(const std::string& token_end) {
  start(token_end, now());
  end(token_end, JobOutcome::cancelled, now());
  std::lock_guard lock(mutex_);
  newest(token_end).cancelled_by = 0;
}

void FakeScheduler::forget_start(const std::string& token_end) {
  std::lock_guard lock(mutex_);
  JobStatus& job = newest(token_end);
  job.phase = JobPhase::pending;
  job.started_at.reset();
}

void FakeScheduler::hold(const std::string& token_end, const std::string& reason) {
  std::lock_guard lock(mutex_);
  newest(token_end).held = true;
  newest(token_end).reason = reason;
}

void FakeScheduler::rename(const std::string& token_end, const std::string& name) {
  std::lock_guard lock(mutex_);
  newest(token_end).token = name;
}

void FakeScheduler::give_jobs_to(std::uint32_t uid) {
  std::lock_guard lock(mutex_);
  owner_of_jobs_ = uid;
}

void FakeScheduler::lose_on_release(bool lose) {
  std::lock_guard lock(mutex_);
  gone_on_release_ = lose;
}

void FakeScheduler::lose_when_followed(bool lose) {
  std::lock_guard lock(mutex_);
  gone_when_followed_ = lose;
}

void FakeScheduler::let_wait(const std::string& token_end, const std::string& reason,
                             std::optional<UtcSeconds> expected_start) {
  std::lock_guard lock(mutex_);
  newest(token_end).reason = reason;
  newest(token_end).expected_start = expected_start;
}

void FakeScheduler::suspend(const std::string& token_end, UtcSeconds since) {
  std::lock_guard lock(mutex_);
  JobStatus& job = newest(token_end);
  job.phase = JobPhase::suspended;
  job.suspension_turn_at = since;
}

void FakeScheduler::resume(const std::string& token_end, UtcSeconds at) {
  std::lock_guard lock(mutex_);
  JobStatus& job = newest(token_end);
  job.phase = JobPhase::running;
  job.suspended += at - *job.suspension_turn_at;
  job.suspension_turn_at = at;
}

void FakeScheduler::forget(const std::string& token_end) {
  std::lock_guard lock(mutex_);
  JobKey key = newest(token_end).key;
  std::erase_if(jobs_, [&](const JobStatus& job) { return job.key == key; });
}

UtcSeconds FakeScheduler::controller_started_at() {
  std::lock_guard lock(mutex_);
  check_there();
  return started_at_;
}

void FakeScheduler::restart_controller(UtcSeconds at) {
  std::lock_guard lock(mutex_);
  started_at_ = at;
}

void FakeScheduler::go_away(bool away) {
  std::lock_guard lock(mutex_);
  away_ = away;
}

void FakeScheduler::lose_acknowledgements(bool lose) {
  std::lock_guard lock(mutex_);
  lose_ = lose;
}

void FakeScheduler::hear_late(bool late) {
  std::lock_guard lock(mutex_);
  late_ = late;
}

void FakeScheduler::say(const std::string& words) {
  std::lock_guard lock(mutex_);
  said_ = words;
}

void FakeScheduler::make_room_for(int live_jobs) {
  std::lock_guard lock(mutex_);
  room_ = live_jobs;
}

int FakeScheduler::live_jobs() const {
  return static_cast<int>(
      std::ranges::count_if(jobs_, [](const JobStatus& job) { return job.phase != JobPhase::ended; }));
}

std::vector<JobRequest> FakeScheduler::submitted() const {
  std::lock_guard lock(mutex_);
  return submitted_;
}

std::vector<JobStatus> FakeScheduler::jobs() const {
  std::lock_guard lock(mutex_);
  return jobs_;
}

std::string FakeScheduler::failed_nodes(const std::string&) {
  std::lock_guard lock(mutex_);
  check_there();
  return broken_nodes_;
}

void FakeScheduler::break_nodes(const std::string& nodes) {
  std::lock_guard lock(mutex_);
  broken_nodes_ = nodes;
}

int FakeScheduler::polls() const {
  std::lock_guard lock(mutex_);
  return polls_;
}

int FakeScheduler::live(const std::string& token_end) const {
  std::lock_guard lock(mutex_);
  return static_cast<int>(std::count_if(jobs_.begin(), jobs_.end(), [&](const JobStatus& job) {
    return job.token.ends_with(token_end) && job.phase != JobPhase::ended;
  }));
}

}  // namespace trainyard::testing
