// Entities: keeps all runs and data sets that are not over in memory, and records their events; no other
// class does. A change is written to the ledger before it is made in memory. Used on the loop.
#pragma once
#include <fmt/format.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/log.h"
#include "daemon/driver/job_arrays.h"
#include "daemon/driver/live_entity.h"
#include "daemon/ledger/ledger.h"
#include "daemon/run/run_tally.h"

namespace trainyard {

class Entities {
 public:
  Entities(Loop& loop, Ledger& ledger) : loop_(loop), ledger_(ledger) {}

  // Loads the live runs and data sets from the ledger, and puts all in doubt: an earlier daemon can have
  // submitted their jobs until it ended, at the latest when the next daemon started. `starts`: the times at
  // which the last daemons were started, in order, including this one.
  void load(const std::vector<UtcSeconds>& starts);

  std::map<std::int64_t, LiveRun>& runs() { return runs_; }
  const std::map<std::int64_t, LiveRun>& runs() const { return runs_; }
  std::map<std::string, LiveDataSet>& data_sets() { return data_sets_; }
  const std::map<std::string, LiveDataSet>& data_sets() const { return data_sets_; }
  LiveEntity* find(const EntityId& id);  // null: it is over or does not exist
  LiveRun* find_run(std::int64_t run_id);
  template <class Each>
  void each(const Each& each) {
    for (auto& [digest, live] : data_sets_) each(static_cast<LiveEntity&>(live));
    for (auto& [run_id, live] : runs_) each(static_cast<LiveEntity&>(live));
  }

  const RunTally& tally() const { return tally_; }
  const JobArrays& arrays() const { return arrays_; }
  // Returns the data set that the run uses; null: the run uses none, or its data set was evicted.
  const DataSet* data_set_of(const TrainingRun& run) const;
  const LiveDataSet* live_data_set_of(const TrainingRun& run) const;
  // Returns true if the data set is ready, was evicted, or is none (an empty digest: the run needs no data).
  bool is_data_ready(const std::string& digest) const;
  ShownState shown_state(const TrainingRun& run) const;
  // Returns true if a run that names the data set need not have it recorded as wanted: it is ready, wanted or
  // being staged, or it is being removed. In the last case it is wanted again as soon as it is gone.
  bool has_data_set(const std::string& digest) const;
  // Returns true if the data set is being removed, and no live run names it yet: the next one that does has
  // it fetched.
  bool is_leaving(const std::string& digest) const;

  // Adds runs that the ledger has just accepted, or a data set that it has just recorded as wanted.
  void add(std::map<std::int64_t, LiveRun> accepted);
  void add(const std::string& digest, const event::Wanted& wanted);
  // Notes in memory that a run that names the data set was accepted or ended. The ledger notes it itself.
  void note_use(const std::string& digest, UtcSeconds at);
  void forget(const EntityId& id);  // removes one that is over from memory

  // Records the changes and their consequences in one transaction. Consequences are the usage of a job that
  // has ended, and that a data set must be staged again, because it is missing on scratch or a run has named
  // it while it was being removed. Returns false if the transaction failed; then nothing has changed.
  bool record(const Changes& changes);
  // Does the same as record(), but throws the errors of the ledger. The changes can be of runs that are over.
  void record_or_throw(const Changes& changes);
  // Records the changes as record() does, but later, in one transaction with the changes of other calls,
  // because each transaction waits for the disk. Many changes are split over several transactions;
  // consecutive changes of one entity stay in one. Calls `recorded` afterwards, with false if some changes
  // could not be written. No step of these entities begins before that.
  void record_soon(Changes changes, std::function<void(bool)> recorded);

  // Records that jobs in doubt are about to be submitted again. Returns false if this could not be written;
  // then the jobs must not be submitted.
  bool note_resubmission();

  // Sets the function that is called on the loop once after each transaction, with all its changes. It is
  // called by the loop itself, never from within another function of this class.
  void on_recorded(std::function<void(const Changes&)> follow) { follow_ = std::move(follow); }
  // Sets a function that is called after every recorded event.
  void on_event(std::function<void()> observer) { observer_ = std::move(observer); }
  // Writes a line to the log (base/log) and calls the observer.
  template <class... Values>
  void tell(fmt::format_string<Values...> format, Values&&... values) {
    log_info(format, std::forward<Values>(values)...);
    if (observer_) observer_();
  }

  // To be called when a poll of the scheduler begins; returns the poll's number. The answer of this poll is
  // out of date for an entity that changes after the call (LiveEntity::seen_from).
  std::int64_t begin_poll() { return ++polls_begun_; }

 private:
  // The values of an event's log line: the entity, its attempt, the event and the entity's state after it.
  struct RecordedEvent {
    EntityId entity;
    std::size_t attempt = 0;
    std::string name, state;
  };
  // Copies of the entities that a transaction changes, in their state after it.
  struct Transaction {
    std::map<std::int64_t, TrainingRun> runs;
    std::map<std::string, DataSet> data_sets;
    Changes changes;
    std::vector<RecordedEvent> events;  // for the log, one for each change
  };
  struct Pending {
    Changes changes;
    std::function<void(bool)> recorded;
  };

  Changes with_consequences(Transaction& transaction, const Change& change);
  Changes with_consequences(Transaction& transaction, const RunChange& change);
  Changes with_consequences(Transaction& transaction, const DataSetChange& change);
  TrainingRun& run_in(Transaction& transaction, std::int64_t run_id);
  DataSet& data_set_in(Transaction& transaction, const std::string& digest);
  void append(Transaction& transaction, const RunChange& change);
  void append(Transaction& transaction, const DataSetChange& change);
  void append(Transaction& transaction, const Changes& changes);
  Changes write(const Changes& changes);  // in the ledger, then in memory; returns all changes
  void take_over(Transaction& transaction);
  void take_over(TrainingRun after);
  void take_over(DataSet after);
  void forget_what_was_seen(LiveEntity& live) const;
  void follow_later(Changes recorded);
  void note_failure(const Changes& changes, const std::string& reason);
  void record_together_soon(Changes changes, std::function<void(bool)> recorded);
  void record_in_pieces(const Changes& changes, const std::function<void(bool)>& recorded);
  void hold_or_release(const Changes& changes, int hold);
  void record_pending();
  // Posts `work` to the loop. The loop does not run it if this object is destroyed before.
  template <class Work>
  void post(Work work) {
    loop_.post([alive = std::weak_ptr<const bool>(alive_), work = std::move(work)] {
      if (!alive.expired()) work();
    });
  }
  void answer(const Pending& pending, bool is_recorded);

  Loop& loop_;
  Ledger& ledger_;
  std::map<std::int64_t, LiveRun> runs_;          // that are not over
  std::map<std::string, LiveDataSet> data_sets_;  // that are not evicted
  JobArrays arrays_;
  RunTally tally_;  // of runs_
  std::vector<Pending> pending_;
  std::int64_t polls_begun_ = 0;
  std::function<void(const Changes&)> follow_;
  std::function<void()> observer_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace trainyard
