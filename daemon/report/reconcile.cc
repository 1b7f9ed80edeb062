#include "daemon/report/reconcile.h"

#include <algorithm>
#include <array>
#include <map>

namespace trainyard {
namespace {

struct Words {
  const char* name;
  const char* sentence;
};

// In the order of the enumeration.
constexpr std::array<Words, 14> all_words{{
    {"equal", "ledger and slurmdbd say the same"},
    {"controller_lost_job", "slurmctld lost the job while it ran; the agent's evidence counts"},
    {"controller_forgot_end",
     "slurmctld forgot the job's end and told slurmdbd another, or none; the ledger has the first"},
    {"controller_repeated_job",
     "slurmctld forgot that the job had ended, and ran it again; its agent left at once"},
    {"node_failure_detected_late", "charged until Slurm gave the node up; the agent was last seen before"},
    {"suspended", "ledger and slurmdbd differ on how long it was suspended; its GPUs stayed its own"},
    {"not_ended_in_slurmdbd", "slurmdbd has no end of it"},
    {"extra_copy", "a second copy, submitted in doubt; the run used the other"},
    {"unheard_of", "slurmctld died before it told slurmdbd of it; the agent bears out what is charged"},
    {"given_up", "it was to store for an attempt that came to nothing, and was ended; it held no GPU"},
    {"not_settled_yet", "its run is not over: the segment is still to come"},
    {"differs", "ledger and slurmdbd differ, and nothing explains it"},
    {"missing_in_ledger", "slurmdbd has it, the ledger has not"},
    {"missing_in_slurmdbd", "the ledger has it, slurmdbd has not"},
}};

const Words& words_of(Finding finding) { return all_words.at(static_cast<std::size_t>(finding)); }

// What slurmdbd says it used; nullopt for a job that it has no start or no end of.
std::optional<Segment> by_slurmdbd(const std::optional<JobStatus>& recorded) {
  if (!recorded || recorded->phase != JobPhase::ended) return std::nullopt;
  return segment_of_job(*recorded);
}

std::int64_t seconds_of(const std::optional<Segment>& segment) {
  return segment ? (segment->ended_at - segment->started_at).count() : 0;
}

bool same_use(const Segment& a, const Segment& b) {
  return a.started_at == b.started_at && a.ended_at == b.ended_at && a.gpus == b.gpus;
}

// The ledger's end is what slurmctld told the daemon. Where GPUs are charged and slurmdbd does not say the
// same, the agent must bear it out: it was there until then.
bool is_borne_out(const Segment& ledger) {
  return ledger.gpus == 0 ||
         (ledger.last_seen_at && *ledger.last_seen_at >= ledger.ended_at - longest_farewell);
}

// A slurmctld that was killed goes back to what it had saved, and finds another end for the job, or none at
// all.
bool forgot_end(const std::optional<Segment>& slurmdbd, const Segment& ledger) {
  bool is_same_start =
      !slurmdbd || (slurmdbd->started_at == ledger.started_at && slurmdbd->gpus == ledger.gpus);
  return is_same_start && is_borne_out(ledger);
}

// A job that slurmctld starts once more finds its attempt claimed and over, and its agent leaves: what is
// longer than its prologue and the agent's start may take is something else.
constexpr std::chrono::seconds longest_repetition{60};

bool repeats(const JobStatus& row, const Segment& ledger) {
  return row.started_at >= ledger.ended_at && row.ended_at &&
         *row.ended_at - *row.started_at <= longest_repetition;
}

Finding compare(const ReconciledJob& job) {
  const Segment& ledger = job.charged->segment;
  std::optional<Segment> slurmdbd = by_slurmdbd(job.recorded);
  if (slurmdbd && same_use(ledger, *slurmdbd)) {
    if (length_of(ledger.suspended) != job.recorded->suspended) return Finding::suspended;
    bool unseen = job.recorded->outcome == JobOutcome::node_failure && job.seconds_unseen().value_or(0) > 0;
    return unseen ? Finding::node_failure_detected_late : Finding::equal;
  }
  if (ledger.source == SegmentSource::evidence) return Finding::controller_lost_job;
  if (slurmdbd && repeats(*job.recorded, ledger)) return Finding::controller_repeated_job;
  if (!job.recorded)
    return gpu_seconds(ledger) == 0 || is_borne_out(ledger) ? Finding::unheard_of
                                                            : Finding::missing_in_slurmdbd;
  if (job.recorded->phase != JobPhase::ended) return Finding::not_ended_in_slurmdbd;
  return forgot_end(slurmdbd, ledger) ? Finding::controller_forgot_end : Finding::differs;
}

// "ty-cafe-7.1-train" is one of run 7's train jobs. The token of an array names another run, but there the
// task is in the key.
bool is_token_of(const Token& token, const ChargedSegment& charged) {
  if (!charged.run_id || !token.ends_with(std::string("-") + to_string(charged.role))) return false;
  return charged.segment.job.task || token.find("-" + std::to_string(*charged.run_id) + ".") != Token::npos;
}

// Of all jobs that ever had these: a cluster, an id, of an array the task.
JobKey whenever(JobKey job) {
  job.submitted_at = UtcSeconds{};
  return job;
}

bool is_store(const Token& token) { return token.ends_with(std::string("-") + to_string(JobRole::store)); }

// slurmdbd's rows, each given to one segment.
class Rows {
 public:
  explicit Rows(const std::vector<JobStatus>& recorded) {
    for (const JobStatus& row : recorded) left_.emplace(whenever(row.key), &row);
  }

  // The row of this very job.
  const JobStatus* take(const ChargedSegment& charged) {
    return take_if(charged.segment.job, [&](const JobStatus& row) { return row.key == charged.segment.job; });
  }

  // A job that slurmctld lost and put back into the queue has a new submit time, its old id and its token.
  // (So has the run's next attempt, if it was given the same id: its own segment comes first.)
  const JobStatus* take_requeued(const ChargedSegment& charged) {
    const Segment& segment = charged.segment;
    if (segment.source != SegmentSource::evidence) return nullptr;
    return take_if(segment.job, [&](const JobStatus& row) {
      return row.key.submitted_at > segment.job.submitted_at && is_token_of(row.token, charged);
    });
  }

  std::vector<const JobStatus*> left() const {
    std::vector<const JobStatus*> rows;
    for (const auto& [id, row] : left_) rows.push_back(row);
    return rows;
  }

 private:
  template <class Wanted>
  const JobStatus* take_if(const JobKey& job, const Wanted& wanted) {
    auto [begin, end] = left_.equal_range(whenever(job));
    auto found = std::find_if(begin, end, [&](const auto& entry) { return wanted(*entry.second); });
    if (found == end) return nullptr;
    const JobStatus* row = found->second;
    left_.erase(found);
    return row;
  }

  std::multimap<JobKey, const JobStatus*> left_;
};

// By token and, in an array, task.
using ChargedJobs = std::map<std::pair<Token, std::optional<std::uint32_t>>, Segment>;

// A job of ours that the ledger has no segment of; nullopt when it used nothing.
std::optional<Finding> without_segment(const JobStatus& row, const std::set<JobKey>& unsettled,
                                       const ChargedJobs& charged) {
  if (!row.started_at) return std::nullopt;
  if (unsettled.contains(row.key)) return Finding::not_settled_yet;
  if (row.phase != JobPhase::ended) return Finding::not_ended_in_slurmdbd;
  if (auto same = charged.find({row.token, row.key.task}); same != charged.end()) {
    if (same->second.job.job_id != row.key.job_id) return Finding::extra_copy;
    if (repeats(row, same->second)) return Finding::controller_repeated_job;
  }
  return row.gpus == 0 && is_store(row.token) ? Finding::given_up : Finding::missing_in_ledger;
}

UtcSeconds start_of(const ReconciledJob& job) {
  return job.charged ? job.charged->segment.started_at : *job.recorded->started_at;
}

}  // namespace

const char* to_string(Finding finding) { return words_of(finding).name; }

std::string in_words(Finding finding) { return words_of(finding).sentence; }

bool is_explained(Finding finding) { return finding < Finding::differs; }

std::int64_t ReconciledJob::ledger_seconds() const { return charged ? seconds_of(charged->segment) : 0; }

std::int64_t ReconciledJob::slurmdbd_seconds() const { return seconds_of(by_slurmdbd(recorded)); }

std::int64_t ReconciledJob::gpu_seconds_too_many() const {
  std::optional<Segment> slurmdbd = by_slurmdbd(recorded);
  return (charged ? gpu_seconds(charged->segment) : 0) - (slurmdbd ? gpu_seconds(*slurmdbd) : 0);
}

std::optional<Segment> ReconciledJob::as_recorded() const {
  std::optional<Segment> slurmdbd = by_slurmdbd(recorded);
  if (!charged || !slurmdbd) return std::nullopt;
  Segment segment = charged->segment;
  segment.started_at = slurmdbd->started_at;
  segment.ended_at = slurmdbd->ended_at;
  segment.gpus = slurmdbd->gpus;
  segment.gpu_type = slurmdbd->gpu_type;
  segment.source = SegmentSource::slurm;
  // slurmdbd has only their sum.
  std::erase_if(segment.suspended, [&](const Period& suspended) {
    return suspended.since < segment.started_at || suspended.until > segment.ended_at;
  });
  return segment;
}

std::optional<std::int64_t> ReconciledJob::seconds_unseen() const {
  if (!charged || !charged->segment.last_seen_at) return std::nullopt;
  return (charged->segment.ended_at - *charged->segment.last_seen_at).count();
}

int Reconciliation::count(Finding finding) const {
  return static_cast<int>(std::ranges::count(jobs, finding, &ReconciledJob::finding));
}

int Reconciliation::explained() const {
  return static_cast<int>(std::ranges::count_if(jobs, is_explained, &ReconciledJob::finding)) -
         count(Finding::equal);
}

int Reconciliation::unexplained() const {
  return static_cast<int>(jobs.size()) - explained() - count(Finding::equal);
}

Reconciliation reconcile(const std::vector<ChargedSegment>& in_force, const std::vector<JobStatus>& recorded,
                         const std::set<JobKey>& unsettled, UtcSeconds since) {
  Reconciliation result;
  Rows rows(recorded);
  std::vector<const JobStatus*> theirs;
  for (const ChargedSegment& charged : in_force) theirs.push_back(rows.take(charged));
  ChargedJobs charged_jobs;
  for (std::size_t i = 0; i < in_force.size(); ++i) {
    const ChargedSegment& charged = in_force[i];
    ReconciledJob job{Finding::equal, charged, {}};
    const JobStatus* row = theirs[i] != nullptr ? theirs[i] : rows.take_requeued(charged);
    if (row != nullptr) {
      job.recorded = *row;
      charged_jobs.emplace(std::pair(row->token, row->key.task), charged.segment);
    }
    job.finding = compare(job);
    if (charged.segment.ended_at >= since) result.jobs.push_back(std::move(job));
  }
  for (const JobStatus* row : rows.left()) {
    std::optional<Finding> finding = without_segment(*row, unsettled, charged_jobs);
    if (finding && row->ended_at.value_or(since) >= since)
      result.jobs.push_back({*finding, std::nullopt, *row});
  }
  std::ranges::stable_sort(result.jobs, {}, start_of);
  return result;
}

}  // namespace trainyard
