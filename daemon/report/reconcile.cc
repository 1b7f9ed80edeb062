#include "daemon/report/reconcile.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

namespace trainyard {
namespace {

struct Words {
  const char* name;
  const char* sentence;
};

// In the order of the enumeration.
constexpr std::array<Words, 15> all_words{{
    {"equal", "ledger and slurmdbd say the same"},
    {"controller_lost_job", "slurmctld lost the job while it ran; the agent's evidence counts"},
    {"controller_forgot_end",
     "slurmctld forgot the job's end and told slurmdbd another, or none; the ledger has the first"},
    {"controller_repeated_job",
     "slurmctld forgot that the job had ended, and ran it again; its agent left at once"},
    {"node_failure_detected_late", "charged until Slurm gave the node up; the agent was last seen before"},
    {"suspended", "ledger and slurmdbd differ on how long it was suspended; its GPUs stayed its own"},
    {"not_ended_in_slurmdbd",
     "slurmdbd has no end of it; if slurmctld does not know it, \"sacctmgr show runawayjobs\" ends it there"},
    {"extra_copy", "a second copy, submitted in doubt; the run used the other"},
    {"unheard_of", "slurmctld died before it told slurmdbd of it; the agent bears out what is charged"},
    {"given_up", "it was to store for an attempt that came to nothing, and was ended; it held no GPU"},
    {"not_charged_yet", "its run is not over, and the daemon is about to see that the job has ended"},
    {"gpus_not_in_slurmdbd",
     "the same times; slurmdbd does not account for GPUs, the ledger has slurmctld's"},
    {"differs", "ledger and slurmdbd differ, and nothing explains it"},
    {"missing_in_ledger", "slurmdbd has it, the ledger has not"},
    {"missing_in_slurmdbd", "the ledger has it, slurmdbd has not"},
}};

const Words& words_of(Finding finding) { return all_words.at(static_cast<std::size_t>(finding)); }

// ---- for how many seconds an explanation holds

// A job that slurmctld starts once more finds its attempt claimed and over, and its agent leaves; the same of
// a second copy. What takes longer than a prologue and the agent's start is something else.
constexpr std::int64_t longest_repetition = 60;
// Until a slurmctld that went back to what it had saved notices that a job is over: SlurmdTimeout, 300 s by
// default, and what nodes take to register. The same until our next poll has certainly seen an end.
constexpr std::int64_t longest_oversight = 900;
// Of jobs that hold no GPU nothing is charged, however long they took; a store job may take hours.
constexpr std::int64_t longest_without_gpus = 86'400;

// What slurmdbd says a job used; nullopt for a job that it has no start or no end of.
std::optional<Segment> by_slurmdbd(const ReconciledJob& job) {
  if (!job.recorded || job.recorded->phase != JobPhase::ended) return std::nullopt;
  std::optional<Segment> segment = segment_of_job(*job.recorded);
  if (segment && !job.recorded->gpus_on_record && job.charged) segment->gpus = job.charged->segment.gpus;
  return segment;
}

std::int64_t seconds_of(const std::optional<Segment>& segment) {
  return segment ? (segment->ended_at - segment->started_at).count() : 0;
}

// Seconds that only one of the two has.
std::int64_t seconds_between(const std::optional<Segment>& one, const std::optional<Segment>& other) {
  std::int64_t common = 0;
  if (one && other)
    common =
        (std::min(one->ended_at, other->ended_at) - std::max(one->started_at, other->started_at)).count();
  return seconds_of(one) + seconds_of(other) - 2 * std::max<std::int64_t>(0, common);
}

bool same_times(const Segment& a, const Segment& b) {
  return a.started_at == b.started_at && a.ended_at == b.ended_at;
}

// Of the ledger's seconds those that somebody saw, with what an agent cannot see of its job's end.
std::int64_t seconds_seen(const Segment& ledger) {
  if (!ledger.last_seen_at) return 0;
  return (*ledger.last_seen_at - ledger.started_at + longest_farewell).count();
}

// The ledger's end is what slurmctld told the daemon. Where GPUs are charged and slurmdbd does not say the
// same, the agent must have been there until then.
bool is_borne_out(const Segment& ledger) {
  return ledger.gpus == 0 ||
         (ledger.last_seen_at && *ledger.last_seen_at >= ledger.ended_at - longest_farewell);
}

bool repeats(const JobStatus& row, const Segment& ledger) { return row.started_at >= ledger.ended_at; }

// An explanation, and for how many seconds it holds.
struct Explanation {
  Finding finding = Finding::equal;
  std::int64_t seconds_allowed = 0;
};

// The two agree on when the job ran.
std::optional<Explanation> explain_same_times(const ReconciledJob& job, const Segment& slurmdbd) {
  const Segment& ledger = job.charged->segment;
  if (slurmdbd.gpus != ledger.gpus) return std::nullopt;
  if (length_of(ledger.suspended) != job.recorded->suspended)
    return Explanation{Finding::suspended, longest_oversight};
  if (!job.recorded->gpus_on_record && ledger.gpus > 0) return Explanation{Finding::gpus_not_in_slurmdbd, 0};
  bool unseen = job.recorded->outcome == JobOutcome::node_failure && job.seconds_unseen().value_or(0) > 0;
  return Explanation{unseen ? Finding::node_failure_detected_late : Finding::equal, 0};
}

// The ledger has what was seen of the job. Where slurmdbd has more, it may be by the clocks of two hosts, and
// by what the agent did not see of the job's begin and end.
Explanation explain_lost_job(const Segment& ledger, const std::optional<Segment>& slurmdbd) {
  bool slurmdbd_has_more = seconds_of(slurmdbd) > seconds_of(ledger);
  return {Finding::controller_lost_job,
          slurmdbd_has_more ? 2 * longest_farewell.count() : seconds_seen(ledger)};
}

// A slurmctld that was killed goes back to what it had saved, and finds another end for the job, or none at
// all. Where that leaves slurmdbd with fewer seconds than the ledger, the agent must bear out the ledger's.
std::optional<Explanation> explain_other_end(const Segment& ledger, const std::optional<Segment>& slurmdbd) {
  bool same_start = !slurmdbd || (slurmdbd->started_at == ledger.started_at && slurmdbd->gpus == ledger.gpus);
  bool slurmdbd_has_more = seconds_of(slurmdbd) > seconds_of(ledger);
  if (!same_start || (!slurmdbd_has_more && !is_borne_out(ledger))) return std::nullopt;
  std::int64_t allowed = slurmdbd_has_more ? longest_oversight : seconds_seen(ledger);
  return Explanation{Finding::controller_forgot_end, ledger.gpus == 0 ? longest_without_gpus : allowed};
}

// The first explanation that fits; whether it reaches far enough is another question.
std::optional<Explanation> explain(const ReconciledJob& job) {
  const Segment& ledger = job.charged->segment;
  std::optional<Segment> slurmdbd = by_slurmdbd(job);
  std::int64_t borne_out = ledger.gpus == 0 ? longest_without_gpus : seconds_seen(ledger);
  if (slurmdbd && same_times(ledger, *slurmdbd)) return explain_same_times(job, *slurmdbd);
  if (ledger.source == SegmentSource::evidence) return explain_lost_job(ledger, slurmdbd);
  if (slurmdbd && repeats(*job.recorded, ledger))
    return Explanation{Finding::controller_repeated_job, seconds_of(ledger) + longest_repetition};
  if (!job.recorded) return Explanation{Finding::unheard_of, borne_out};
  if (job.recorded->phase != JobPhase::ended)
    return Explanation{Finding::not_ended_in_slurmdbd, std::max(borne_out, longest_oversight)};
  return explain_other_end(ledger, slurmdbd);
}

void compare(ReconciledJob& job) {
  std::optional<Explanation> explanation = explain(job);
  if (explanation) job.finding = explanation->finding;
  if (!explanation || job.seconds_apart() > explanation->seconds_allowed) {
    job.finding = job.recorded ? Finding::differs : Finding::missing_in_slurmdbd;
    return;
  }
  job.seconds_allowed = explanation->seconds_allowed;
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

// Why the ledger has no segment of a job of ours that has started.
std::optional<Explanation> explain_missing(const JobStatus& row, const std::set<JobKey>& uncharged,
                                           const ChargedJobs& charged, UtcSeconds asked_at) {
  if (row.phase != JobPhase::ended) return Explanation{Finding::not_ended_in_slurmdbd, 0};
  bool just_ended = row.ended_at && (asked_at - *row.ended_at).count() <= longest_oversight;
  if (uncharged.contains(row.key) && just_ended)
    return Explanation{Finding::not_charged_yet, (*row.ended_at - *row.started_at).count()};
  if (auto same = charged.find({row.token, row.key.task}); same != charged.end()) {
    if (same->second.job.job_id != row.key.job_id)
      return Explanation{Finding::extra_copy, longest_repetition};
    if (repeats(row, same->second)) return Explanation{Finding::controller_repeated_job, longest_repetition};
  }
  if (row.gpus == 0 && row.gpus_on_record && is_store(row.token))
    return Explanation{Finding::given_up, longest_without_gpus};
  return std::nullopt;
}

ReconciledJob without_segment(const JobStatus& row, const std::set<JobKey>& uncharged,
                              const ChargedJobs& charged, UtcSeconds asked_at) {
  ReconciledJob job{Finding::missing_in_ledger, {}, {}, row};
  std::optional<Explanation> explanation = explain_missing(row, uncharged, charged, asked_at);
  if (explanation && job.seconds_apart() <= explanation->seconds_allowed) {
    job.finding = explanation->finding;
    job.seconds_allowed = explanation->seconds_allowed;
  }
  return job;
}

UtcSeconds start_of(const ReconciledJob& job) {
  return job.charged ? job.charged->segment.started_at : *job.recorded->started_at;
}

}  // namespace

const char* to_string(Finding finding) { return words_of(finding).name; }

std::string in_words(Finding finding) { return words_of(finding).sentence; }

bool is_explained(Finding finding) { return finding < Finding::differs; }

std::int64_t ReconciledJob::seconds_apart() const {
  if (finding == Finding::suspended)
    return std::abs((length_of(charged->segment.suspended) - recorded->suspended).count());
  return seconds_between(charged ? std::optional(charged->segment) : std::nullopt, by_slurmdbd(*this));
}

std::int64_t ReconciledJob::ledger_seconds() const { return charged ? seconds_of(charged->segment) : 0; }

std::int64_t ReconciledJob::slurmdbd_seconds() const { return seconds_of(by_slurmdbd(*this)); }

std::int64_t ReconciledJob::gpu_seconds_too_many() const {
  std::optional<Segment> slurmdbd = by_slurmdbd(*this);
  return (charged ? gpu_seconds(charged->segment) : 0) - (slurmdbd ? gpu_seconds(*slurmdbd) : 0);
}

std::optional<Segment> ReconciledJob::as_recorded() const {
  std::optional<Segment> slurmdbd = by_slurmdbd(*this);
  if (!charged || !slurmdbd) return slurmdbd;
  Segment segment = charged->segment;
  segment.started_at = slurmdbd->started_at;
  segment.ended_at = slurmdbd->ended_at;
  if (slurmdbd->gpus > 0) {
    segment.gpus = slurmdbd->gpus;
    if (!slurmdbd->gpu_type.empty()) segment.gpu_type = slurmdbd->gpu_type;
  }
  if (same_times(segment, charged->segment) && segment.gpus == charged->segment.gpus) return std::nullopt;
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
                         const std::set<JobKey>& uncharged, UtcSeconds since, UtcSeconds asked_at) {
  Reconciliation result;
  Rows rows(recorded);
  std::vector<const JobStatus*> theirs;
  for (const ChargedSegment& charged : in_force) theirs.push_back(rows.take(charged));
  ChargedJobs charged_jobs;
  for (std::size_t i = 0; i < in_force.size(); ++i) {
    const ChargedSegment& charged = in_force[i];
    ReconciledJob job{Finding::equal, {}, charged, {}};
    const JobStatus* row = theirs[i] != nullptr ? theirs[i] : rows.take_requeued(charged);
    if (row != nullptr) {
      job.recorded = *row;
      charged_jobs.emplace(std::pair(row->token, row->key.task), charged.segment);
    }
    compare(job);
    if (charged.segment.ended_at >= since) result.jobs.push_back(std::move(job));
  }
  // A job that never started used nothing.
  for (const JobStatus* row : rows.left())
    if (row->started_at && row->ended_at.value_or(since) >= since)
      result.jobs.push_back(without_segment(*row, uncharged, charged_jobs, asked_at));
  std::ranges::stable_sort(result.jobs, {}, start_of);
  return result;
}

}  // namespace trainyard
