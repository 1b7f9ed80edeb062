// Ledger: the events of runs and data sets, and the account of what they used, in SQLite. What is in it
// happened; what returned from append() is durable. One thread (the loop's); whoever reads much opens the
// ledger once more, to read, in a thread of its own. Error{unavailable}: the disk is full, read-only or
// failing; nothing of the call has happened, try again.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/sqlite.h"
#include "daemon/ledger/charged_segment.h"
#include "daemon/ledger/rollup.h"
#include "daemon/run/data_set.h"
#include "daemon/run/run.h"

namespace trainyard {

// What a client sent, once: the same id from the same user names the same runs.
struct Submission {
  std::uint32_t uid = 0;
  std::string client_id;
  std::string file;  // the manifest's name, as the user gave it
  std::string text;
  std::string contents = {};  // digest of all that was sent; empty when an earlier release has written it
};

struct SubmittedRuns {
  std::int64_t submission_id = 0;
  std::vector<std::int64_t> run_ids;
  std::string contents;  // the submission's
};

// A submission that is being written: nobody sees it, or a run of it, before it is finished.
struct UnfinishedSubmission {
  std::int64_t submission_id = 0;
  std::int64_t first_run_id = 0;  // the others follow it, in order
};

// Which runs a list wants; unset fields do not filter. Newest first, `limit` at most, ids below `before`.
struct RunFilter {
  std::optional<std::uint32_t> uid;
  std::string user, name, plan;  // name: exact
  std::optional<std::int64_t> submission_id;
  std::optional<bool> over;         // ended or not
  std::optional<UtcSeconds> since;  // accepted at or after
  std::int64_t before = INT64_MAX;
  int limit = 100;
};

// A run of a list.
struct ListedRun {
  std::int64_t id = 0;
  std::optional<TrainingRun> ended{};  // unset: it is live
};

// A month that is accounted for; its bounds are those of its zone.
struct ClosedMonth {
  std::string month, zone;
  Period period;
  UtcSeconds closed_at{};
  std::string closed_by;
};

class Ledger {
 public:
  // Opens or creates <state_dir>/ledger.db; Error{invalid} when it is of a newer schema.
  explicit Ledger(const std::string& path);
  // Opens one that is open already, to read only.
  static std::unique_ptr<Ledger> open_to_read(const std::string& path);

  const std::string& path() const { return path_; }
  // Random, made with the ledger: keeps the jobs of two daemons on one cluster apart.
  const std::string& id() const { return id_; }

  std::optional<SubmittedRuns> find_submission(std::uint32_t uid, const std::string& client_id);
  std::int64_t live_runs_of(std::uint32_t uid);
  std::optional<Submission> submission_of(std::int64_t run_id);

  // One transaction: the submission, its runs (numbered here) with their Accepted events, and the data sets
  // wanted.
  SubmittedRuns accept(const Submission& submission, const std::vector<event::Accepted>& runs,
                       const std::map<std::string, event::Wanted>& data_sets);

  // The same in pieces, for thousands of runs: begin, add each run as it is after its Accepted event (whose
  // body, as JSON, is `accepted`), finish. Or remove the runs, `most` at a time, until true says that nothing
  // is left. Whoever opens the ledger to write removes what was not finished.
  UnfinishedSubmission begin_submission(const Submission& submission, std::size_t runs);
  void add_run(const UnfinishedSubmission& submission, const TrainingRun& run, const std::string& accepted);
  void finish_submission(const UnfinishedSubmission& submission,
                         const std::map<std::string, event::Wanted>& data_sets);
  bool remove_runs(const UnfinishedSubmission& submission, int most);

  // The event, what it enters in the account, and the row in `runs` or `data_sets`: one transaction. `run`
  // and `data_set` are as they are after the event.
  void append(const TrainingRun& run, const RunEvent& event);
  void append(const DataSet& data_set, const DataSetEvent& event);

  // All appends of `work` in one transaction.
  void together(const std::function<void()>& work);

  // In the order of their ids. One at a time: a hundred thousand of them are in memory once, where `each` has
  // put them.
  void each_live_run(const std::function<void(TrainingRun)>& each);
  std::vector<DataSet> data_sets();  // all that are not evicted
  std::optional<TrainingRun> find_run(std::int64_t run_id);
  std::optional<DataSet> find_data_set(const std::string& digest);
  std::vector<std::pair<UtcSeconds, RunEvent>> events_of(std::int64_t run_id);
  std::optional<std::int64_t> find_run_in_array(const ArrayPlace& place);     // whose attempt is that task
  std::optional<DataSet> find_data_set_by_prefix(const std::string& digest);  // by the digest's beginning
  std::vector<std::int64_t> list(const RunFilter& filter);                    // their ids
  std::vector<ListedRun> list_with_ended(const RunFilter& filter);            // those that ended whole
  std::vector<TrainingRun> ended_before(UtcSeconds time, int limit);  // whose directories are still there
  void mark_removed(std::int64_t run_id);                             // its directory is gone

  // Rows of the account that overlap [since, until) or are booked in it, whole: the caller clips. Of one user
  // if named. A segment without length overlaps the period that holds its second.
  std::vector<ChargedSegment> segments(UtcSeconds since, UtcSeconds until,
                                       std::optional<std::uint32_t> uid = std::nullopt);
  // Those in force that ended at or after `since`: one for each job and restart, corrections in the place of
  // what they correct.
  std::vector<ChargedSegment> segments_in_force(UtcSeconds since);
  // Takes a segment back and enters another of the same job in its place, or none. Error{invalid}: it is not
  // in force as it `was`, signs of life aside. For a run's, append event::Corrected, which does this.
  void correct(const Segment& was, const std::optional<Segment>& is, const std::string& reason);

  // Usage by month, kept with the segments from the first make_rollup() on.
  const Rollup& rollup() const { return rollup_; }
  // Makes the rollup for the months of that zone, from all segments: some seconds for a million. One
  // transaction.
  void make_rollup(const std::string& zone);
  // Runs `work`, which only reads: it sees the ledger as it was at its first statement.
  void in_snapshot(const std::function<void()>& work);

  // Closes the month in that zone: from now on what is written about it is booked when it is written.
  // Error{invalid} when it is not over, or closed, or a later one is.
  ClosedMonth close_month(const std::string& month, const std::string& zone, const std::string& by);
  std::vector<ClosedMonth> closed_months();  // in order

  // A daemon is started. Returns when the last daemons were, in order.
  std::vector<UtcSeconds> note_start(UtcSeconds at);
  // Jobs whose submission was in doubt are about to be submitted once more.
  void note_resubmission(UtcSeconds at);
  UtcSeconds last_resubmission();  // the beginning of time: there was none

  // Small settings that outlive the daemon: "drained".
  std::optional<std::string> setting(const std::string& name);
  void set_setting(const std::string& name, const std::string& value);
  std::map<std::string, std::string> settings_beginning(const std::string& prefix);

  // While a checkpoint is made beside the loop, a commit would wait for all that the disk has to write: what
  // may wait is done after it. Calls `work` then, from within end_checkpoint().
  bool is_checkpoint_under_way() const { return is_checkpoint_under_way_; }
  void after_checkpoint(std::function<void()> work) { after_checkpoint_.push_back(std::move(work)); }

  // For Checkpoints.
  void after_commits(std::function<void(int wal_pages)> told) { database_.after_commits(std::move(told)); }
  void begin_checkpoint() { is_checkpoint_under_way_ = true; }
  void end_checkpoint();

  std::int64_t events_appended() const { return appended_; }  // since opening

 private:
  Ledger(const std::string& path, Database::Access access) : path_(path), database_(path, access) {}

  // Runs `work` in a transaction of its own, or in the one of together().
  void in_transaction(const std::function<void()>& work);
  void insert_run_event(std::int64_t run_id, UtcSeconds at, const char* name, const std::string& body);
  void insert_data_set_event(const std::string& digest, DataSetState after, const DataSetEvent& event);
  void insert_segment(const ChargedSegment& charged);
  void insert_sign_of_life(const JobKey& job, UtcSeconds last_seen_at);
  void insert_suspensions(std::int64_t segment_id, const std::vector<Period>& suspensions);
  std::optional<std::int64_t> id_in_force(const Segment& segment);
  void enter_again(EntryKind kind, std::int64_t segment_id, const Segment& segment,
                   const std::string& reason);
  UtcSeconds closed_until();
  std::int64_t reserve_run_ids(std::int64_t count);
  void remove_unfinished_submissions();
  Statement select_runs(const RunFilter& filter);  // (run_id, over)

  std::string path_;
  Database database_;
  Rollup rollup_{database_};
  std::string id_;
  std::int64_t appended_ = 0;
  bool in_transaction_ = false;
  bool is_checkpoint_under_way_ = false;
  std::vector<std::function<void()>> after_checkpoint_;
};

}  // namespace trainyard
