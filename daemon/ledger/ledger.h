// Ledger: the events of runs and data sets, and the account of the GPU time that they used, in SQLite. An
// event is durable when append(), or together() around it, has returned. Each Ledger object is used by one
// thread. The daemon's, which writes, is used by the loop; code that reads much opens an object of its own in
// its thread (open_to_read()). Every function throws Error{unavailable} if the disk is full, read-only or
// failing; the call has then changed nothing and can be repeated.
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
#include "daemon/ledger/data_uses.h"
#include "daemon/ledger/rollup.h"
#include "daemon/run/data_set.h"
#include "daemon/run/run.h"

namespace trainyard {

// What a client sent in one submission. A second submission of the same user with the same client_id makes no
// further runs.
struct Submission {
  std::uint32_t uid = 0;
  std::string client_id;
  std::string file;  // the manifest's name, as the user gave it
  std::string text;
  std::string contents = {};  // digest of all that was sent; empty if an earlier release wrote the row
};

struct SubmittedRuns {
  std::int64_t submission_id = 0;
  std::vector<std::int64_t> run_ids;
  std::string contents;  // Submission::contents
};

// A submission that is being written. Users see the submission and its runs only when it is finished.
struct UnfinishedSubmission {
  std::int64_t submission_id = 0;
  std::int64_t first_run_id = 0;  // the ids of the other runs follow, in order
};

// Conditions that the runs of a list must meet; an unset or empty field is no condition. The list has the
// newest runs first, at most `limit` runs, and only ids below `before`.
struct RunFilter {
  std::optional<std::uint32_t> uid;
  std::string user, name, plan;  // all must match exactly
  std::optional<std::int64_t> submission_id;
  std::optional<bool> over;         // true: only ended runs; false: only live runs
  std::optional<UtcSeconds> since;  // accepted at this time or later
  std::int64_t before = INT64_MAX;
  int limit = 100;
};

// A run of a list.
struct ListedRun {
  std::int64_t id = 0;
  std::optional<TrainingRun> ended{};  // the whole run if it has ended; unset: the run is live
};

// A month in which no more usage is booked. The month begins and ends at midnight in the time zone `zone`.
struct ClosedMonth {
  std::string month, zone;
  Period period;
  UtcSeconds closed_at{};
  std::string closed_by;
};

// A run's place if runs are ordered by the time of their end and then by id.
struct RunEnd {
  UtcSeconds ended_at{};
  std::int64_t run_id = 0;
};
struct EndedRun {
  RunEnd end;
  TrainingRun run;
};

class Ledger {
 public:
  // Opens or creates the ledger at `path`, <state_dir>/ledger.db. Throws Error{invalid} if the file has a
  // newer schema.
  explicit Ledger(const std::string& path);
  // Opens, only to read, a ledger that another object has open already.
  static std::unique_ptr<Ledger> open_to_read(const std::string& path);

  const std::string& path() const { return path_; }
  // Returns the ledger's random id, made when the ledger was created. It is in the names of jobs, so that two
  // daemons on one cluster do not take each other's jobs for their own.
  const std::string& id() const { return id_; }

  std::optional<SubmittedRuns> find_submission(std::uint32_t uid, const std::string& client_id);
  std::int64_t live_runs_of(std::uint32_t uid);
  std::optional<Submission> submission_of(std::int64_t run_id);

  // Writes in one transaction: the submission, its runs (which get their numbers here) with their Accepted
  // events, and the data sets wanted.
  SubmittedRuns accept(const Submission& submission, const std::vector<event::Accepted>& runs,
                       const std::map<std::string, event::Wanted>& data_sets);

  // Write the same as accept(), but in several transactions, for thousands of runs. Call begin_submission(),
  // then add_run() for each run, in its state after its Accepted event (`accepted` is the body of this event
  // as JSON), then finish_submission(). To give a submission up, call remove_runs(), which removes at most
  // `most` runs, until it returns true: then nothing of the submission is left. When a ledger is opened to
  // write, its unfinished submissions are removed.
  UnfinishedSubmission begin_submission(const Submission& submission, std::size_t runs);
  void add_run(const UnfinishedSubmission& submission, const TrainingRun& run, const std::string& accepted);
  void finish_submission(const UnfinishedSubmission& submission,
                         const std::map<std::string, event::Wanted>& data_sets,
                         const SubmissionUses& uses = {});
  bool remove_runs(const UnfinishedSubmission& submission, int most);

  // Writes in one transaction: the event, the usage in it (into the account), and the state of the run or
  // data set (into the table runs or data_sets). `run` and `data_set` must be in their state after the event.
  void append(const TrainingRun& run, const RunEvent& event);
  void append(const DataSet& data_set, const DataSetEvent& event);

  // Runs `work` in a transaction: what `work` appends is written completely or not at all.
  void together(const std::function<void()>& work);

  // Calls `each` with every live run, in the order of the ids. Reads one run at a time, so that memory holds
  // a hundred thousand runs only once, where `each` puts them.
  void each_live_run(const std::function<void(TrainingRun)>& each);
  std::vector<DataSet> data_sets();  // all that are not evicted
  // Returns when each of these data sets was last used: a run that names it was accepted, or ended.
  std::map<std::string, UtcSeconds> last_uses();
  // Returns how runs that were accepted in [since, until) found their data sets, by user, only those of one
  // user if `uid` is set. Runs are counted by quarters of an hour: a quarter counts if it begins in the
  // period.
  std::vector<UserDataUses> data_uses(UtcSeconds since, UtcSeconds until,
                                      std::optional<std::uint32_t> uid = std::nullopt);
  std::optional<TrainingRun> find_run(std::int64_t run_id);
  std::optional<DataSet> find_data_set(const std::string& digest);
  std::vector<std::pair<UtcSeconds, RunEvent>> events_of(std::int64_t run_id);
  std::optional<std::int64_t> find_run_in_array(const ArrayPlace& place);     // run that has this task
  std::optional<DataSet> find_data_set_by_prefix(const std::string& digest);  // by the digest's beginning
  std::vector<std::int64_t> list(const RunFilter& filter);                    // the ids of the runs
  std::vector<ListedRun> list_with_ended(const RunFilter& filter);            // ended runs in full
  // Returns at most `limit` runs that ended before `time` and whose directories have not been removed, in the
  // order of RunEnd, and only those behind `after` in this order.
  std::vector<EndedRun> ended_before(UtcSeconds time, int limit, const RunEnd& after = {});
  void mark_removed(std::int64_t run_id);  // the run's directory is removed

  // Returns the segments that overlap [since, until) or are booked in it, only those of one user if `uid` is
  // set. Also returns the parts of these segments outside the period; the caller must cut them off. A segment
  // without length overlaps the period that contains its second.
  std::vector<ChargedSegment> segments(UtcSeconds since, UtcSeconds until,
                                       std::optional<std::uint32_t> uid = std::nullopt);
  // Returns the segments in force that ended at or after `since`: one for each job and restart, and of a
  // corrected segment only the correction.
  std::vector<ChargedSegment> segments_in_force(UtcSeconds since);
  // Returns true if the account has an entry of this restart of the job, whether it was corrected later or
  // not.
  bool has_segment(const JobKey& job, int restart);
  // Takes back the segment `was` and enters `is`, a segment of the same job, in its place (nothing if `is` is
  // unset). Throws Error{invalid} if the job's segment in force is not equal to `was` (signs of life are not
  // compared). For a segment of a run, append event::Corrected instead: append() then calls this function.
  void correct(const Segment& was, const std::optional<Segment>& is, const std::string& reason);

  // Returns the sums of usage by month. After the first make_rollup(), every function that enters segments
  // updates them.
  const Rollup& rollup() const { return rollup_; }
  // Computes the rollup for the months of this time zone from all segments, in one transaction. This takes
  // some seconds for a million segments.
  void make_rollup(const std::string& zone);
  // Runs `work`, which must only read. All statements of `work` see the ledger as it was at the first of
  // them.
  void in_snapshot(const std::function<void()>& work);

  // Closes a month of this time zone: usage in the month that is written later is booked at the time of
  // writing. Throws Error{invalid} if the month is not over, or if this month or a later one is closed. `by`:
  // the name of the user who closes it.
  ClosedMonth close_month(const std::string& month, const std::string& zone, const std::string& by);
  std::vector<ClosedMonth> closed_months();  // in order

  // Records that a daemon was started at `at`. Returns the start times of the last daemons, this one
  // included, in order.
  std::vector<UtcSeconds> note_start(UtcSeconds at);
  // Records that jobs whose submission was in doubt are about to be submitted once more.
  void note_resubmission(UtcSeconds at);
  UtcSeconds last_resubmission();  // the Unix epoch: there was none

  // Read and write settings that outlive the daemon's process, such as "drained".
  std::optional<std::string> setting(const std::string& name);
  void set_setting(const std::string& name, const std::string& value);
  std::map<std::string, std::string> settings_beginning(const std::string& prefix);

  // While another thread makes a checkpoint, a commit would wait for everything that the disk has to write.
  // Work that can wait is therefore done after the checkpoint: after_checkpoint() keeps `work`, and
  // end_checkpoint() calls it.
  bool is_checkpoint_under_way() const { return is_checkpoint_under_way_; }
  void after_checkpoint(std::function<void()> work) { after_checkpoint_.push_back(std::move(work)); }

  // Only for the class Checkpoints.
  void after_commits(std::function<void(int wal_pages)> told) { database_.after_commits(std::move(told)); }
  void begin_checkpoint() { is_checkpoint_under_way_ = true; }
  void end_checkpoint();

  std::int64_t events_appended() const { return appended_; }  // since the ledger was opened

 private:
  Ledger(const std::string& path, Database::Access access) : path_(path), database_(path, access) {}

  // Runs `work` in a new transaction, or in the transaction of together() if there is one.
  void in_transaction(const std::function<void()>& work);
  void insert_run_event(std::int64_t run_id, UtcSeconds at, const char* name, const std::string& body);
  void insert_data_set_event(const std::string& digest, DataSetState after, const DataSetEvent& event);
  void enter_uses(const SubmissionUses& uses);
  void note_last_use(const std::string& digest, UtcSeconds at);
  void insert_segment(const ChargedSegment& charged);
  void insert_sign_of_life(const JobKey& job, UtcSeconds last_seen_at);
  void insert_suspensions(std::int64_t segment_id, const std::vector<Period>& suspensions);
  std::optional<std::int64_t> id_in_force(const Segment& segment);
  void enter_again(EntryKind kind, std::int64_t segment_id, const Segment& segment,
                   const std::string& reason);
  UtcSeconds closed_until();
  std::int64_t reserve_run_ids(std::int64_t count);
  void remove_unfinished_submissions();
  Statement select_runs(const RunFilter& filter);  // rows of (run_id, over)

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
