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

// The longest time, in seconds, of a job that slurmctld started once more, or that is a second copy of a job.
// Its agent finds that the attempt is claimed, and exits, so the job takes no longer than a prologue and the
// agent's start.
constexpr std::int64_t longest_repetition = 60;
// Seconds until a slurmctld that went back to its saved state notices that a job is over: SlurmdTimeout, 300
// s by default, and the time that nodes take to register. After as many seconds the daemon's polls have
// certainly seen the end of a job.
constexpr std::int64_t longest_oversight = 900;
// Seconds that a job without GPUs can take, of which no GPU time is charged. A store job can take hours.
constexpr std::int64_t longest_without_gpus = 86'400;

// Returns the job's usage as slurmdbd recorded it; nullopt if slurmdbd has no start or no end of the job.
std::optional<Segment> by_slurmdbd(const ReconciledJob& job) {
  if (!job.recorded || job.recorded->phase != JobPhase::ended) return std::nullopt;
  std::optional<Segment> segment = segment_of_job(*job.recorded);
  if (segment && !job.recorded->gpus_on_record && job.charged) segment->gpus = job.charged->segment.gpus;
  return segment;
}

std::int64_t seconds_of(const std::optional<Segment>& segment) {
  return segment ? (segment->ended_at - segment->started_at).count() : 0;
}

// Returns the number of seconds that only one of the two segments has.
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

// Returns how many seconds of the job the agent's signs of life confirm: from its start in the ledger to the
// last sign of life, plus the seconds at a job's end that an agent cannot see.
std::int64_t seconds_seen(const Segment& ledger) {
  if (!ledger.last_seen_at) return 0;
  return (*ledger.last_seen_at - ledger.started_at + longest_farewell).count();
}

// Returns true if the job's end in the ledger, which slurmctld told the daemon, can be trusted without
// slurmdbd: no GPUs are charged, or a sign of life confirms that the job ran until this end.
bool is_borne_out(const Segment& ledger) {
  return ledger.gpus == 0 ||
         (ledger.last_seen_at && *ledger.last_seen_at >= ledger.ended_at - longest_farewell);
}

bool repeats(const JobStatus& row, const Segment& ledger) { return row.started_at >= ledger.ended_at; }

// An explanation of a difference, and the greatest difference in seconds that it can explain.
struct Explanation {
  Finding finding = Finding::equal;
  std::int64_t seconds_allowed = 0;
};

// Explains the difference for a job of which ledger and slurmdbd have the same start and end.
std::optional<Explanation> explain_same_times(const ReconciledJob& job, const Segment& slurmdbd) {
  const Segment& ledger = job.charged->segment;
  // A job that ended within a second of its start used nothing. slurmdbd can have recorded its end without
  // its GPUs.
  if (seconds_of(ledger) == 0) return Explanation{Finding::equal, 0};
  if (slurmdbd.gpus != ledger.gpus) return std::nullopt;
  if (length_of(ledger.suspended) != job.recorded->suspended)
    return Explanation{Finding::suspended, longest_oversight};
  if (!job.recorded->gpus_on_record && ledger.gpus > 0) return Explanation{Finding::gpus_not_in_slurmdbd, 0};
  bool unseen = job.recorded->outcome == JobOutcome::node_failure && job.seconds_unseen().value_or(0) > 0;
  return Explanation{unseen ? Finding::node_failure_detected_late : Finding::equal, 0};
}

// Explains the difference for a job that slurmctld lost: the ledger has only the time in which polls or the
// agent saw the job. slurmdbd can have more, because the clocks of two hosts differ, and because the agent
// does not see the first and last seconds of the job.
Explanation explain_lost_job(const Segment& ledger, const std::optional<Segment>& slurmdbd) {
  bool slurmdbd_has_more = seconds_of(slurmdbd) > seconds_of(ledger);
  return {Finding::controller_lost_job,
          slurmdbd_has_more ? 2 * longest_farewell.count() : seconds_seen(ledger)};
}

// Explains why slurmdbd has another end of a job than the ledger: a slurmctld that was killed goes back to
// its saved state, and tells slurmdbd a later end of the job or none. If slurmdbd has no more seconds than
// the ledger, this holds only if the agent's evidence confirms the ledger's end.
std::optional<Explanation> explain_other_end(const Segment& ledger, const std::optional<Segment>& slurmdbd) {
  bool same_start = !slurmdbd || (slurmdbd->started_at == ledger.started_at && slurmdbd->gpus == ledger.gpus);
  bool slurmdbd_has_more = seconds_of(slurmdbd) > seconds_of(ledger);
  if (!same_start || (!slurmdbd_has_more && !is_borne_out(ledger))) return std::nullopt;
  std::int64_t allowed = slurmdbd_has_more ? longest_oversight : seconds_seen(ledger);
  return Explanation{Finding::controller_forgot_end, ledger.gpus == 0 ? longest_without_gpus : allowed};
}

// Returns the first explanation that fits the difference between ledger and slurmdbd; nullopt if none does.
// Does not check whether the difference is small enough for the explanation; compare() does.
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

// Returns true if a job with this token can be of the same run as the charged segment: "ty-cafe-7.1-train" is
// a train job of run 7. The token of an array names only the array's first run; there the task in the job's
// key identifies the run, so any array token is accepted.
bool is_token_of(const Token& token, const ChargedSegment& charged) {
  if (!charged.run_id || !token.ends_with(std::string("-") + to_string(charged.role))) return false;
  return charged.segment.job.task || token.find("-" + std::to_string(*charged.run_id) + ".") != Token::npos;
}

// Returns the key without its submit time. It is the same for all jobs that ever had this cluster, id and, in
// an array, task.
JobKey whenever(JobKey job) {
  job.submitted_at = UtcSeconds{};
  return job;
}

bool is_store(const Token& token) { return token.ends_with(std::string("-") + to_string(JobRole::store)); }

// The records of slurmdbd, from which each segment takes its own; each record is taken at most once.
class Rows {
 public:
  explicit Rows(const std::vector<JobStatus>& recorded) {
    for (const JobStatus& row : recorded) left_.emplace(whenever(row.key), &row);
  }

  // Returns and takes the record with exactly the key of the charged job; null if there is none.
  const JobStatus* take(const ChargedSegment& charged) {
    return take_if(charged.segment.job, [&](const JobStatus& row) { return row.key == charged.segment.job; });
  }

  // Returns and takes the record of a job that slurmctld lost and put back into the queue: the record has a
  // new submit time, but the same id, and a token of the same run. (The run's next attempt can have got the
  // same id, too. Its record has been taken for its own segment before.)
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

// The charged segments, by token and, in an array, by task.
using ChargedJobs = std::map<std::pair<Token, std::optional<std::uint32_t>>, Segment>;

// Explains why the ledger has no segment for this record of a job of Trainyard's that has started.
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
  // slurmdbd has only the total of the suspensions, so the ledger's suspensions stay if they lie within the
  // new times.
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
