// Ledger: the events of runs and data sets, and the account of what they used, in SQLite. What is in it
// happened; what returned from append() is durable. One thread (the loop's); whoever reads much opens the
// ledger once more, to read, in a thread of its own. Error{unavailable}: the disk is full, try again.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/sqlite.h"
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

// What a row of the account says. A reversal takes back all of what it corrects, a correction stands in its
// place.
enum class EntryKind { entry, reversal, correction };
const char* to_string(EntryKind kind);
EntryKind entry_kind_from(const std::string& name);  // Error{invalid}

// A segment with whom it is charged to, as they were named then: a row of the account.
struct ChargedSegment {
  Segment segment;
  JobRole role = JobRole::train;
  std::optional<std::int64_t> run_id{};  // none: a data set's
  std::string user{}, account{}, plan{}, run_name{};
  std::int64_t id = 0;
  EntryKind kind = EntryKind::entry;
  std::string reason{};  // of a reversal, a correction, and an entry that was not made with the job's end
  UtcSeconds written_at{};
  UtcSeconds closed_until{};  // what lies before it was closed already, and is booked at written_at
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
  // if named.
  std::vector<ChargedSegment> segments(UtcSeconds since, UtcSeconds until,
                                       std::optional<std::uint32_t> uid = std::nullopt);
  // Those in force that ended at or after `since`: one for each job and restart, corrections in the place of
  // what they correct.
  std::vector<ChargedSegment> segments_in_force(UtcSeconds since);
  // Takes a segment back and enters another of the same job in its place, or none. Error{invalid}: it is not
  // in force as it `was`, signs of life aside. For a run's, append event::Corrected, which does this.
  void correct(const Segment& was, const std::optional<Segment>& is, const std::string& reason);

  // Closes the month in that zone: from now on what is written about it is booked when it is written.
  // Error{invalid} when it is not over, or closed, or a later one is.
  ClosedMonth close_month(const std::string& month, const std::string& zone, const std::string& by);
  std::vector<ClosedMonth> closed_months();  // in order

  // Small settings that outlive the daemon: "drained".
  std::optional<std::string> setting(const std::string& name);
  void set_setting(const std::string& name, const std::string& value);
  std::map<std::string, std::string> settings_beginning(const std::string& prefix);

  std::int64_t events_appended() const { return appended_; }  // since opening

 private:
  Ledger(const std::string& path, Database::Access access) : path_(path), database_(path, access) {}

  // Runs `work` in a transaction of its own, or in the one of together().
  void in_transaction(const std::function<void()>& work);
  void insert_run_event(std::int64_t run_id, const RunEvent& event);
  void insert_data_set_event(const std::string& digest, DataSetState after, const DataSetEvent& event);
  void insert_segment(const ChargedSegment& charged, std::uint32_t uid);
  void insert_sign_of_life(const JobKey& job, UtcSeconds last_seen_at);
  void insert_suspensions(std::int64_t segment_id, const std::vector<Period>& suspensions);
  std::vector<Period> suspensions_of(std::int64_t segment_id);
  std::vector<ChargedSegment> charged_segments(Statement& rows);
  std::optional<std::int64_t> id_in_force(const Segment& segment);
  std::int64_t enter_again(EntryKind kind, std::int64_t segment_id, const Segment& segment,
                           const std::string& reason);
  UtcSeconds closed_until();
  std::int64_t insert_run(std::int64_t submission_id, const event::Accepted& accepted);
  Statement select_runs(const RunFilter& filter);  // (run_id, over)

  std::string path_;
  Database database_;
  std::string id_;
  std::int64_t appended_ = 0;
  bool in_transaction_ = false;
};

}  // namespace trainyard
