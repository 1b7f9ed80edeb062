// Entities: all runs and data sets that are not over, in memory, and the one place where their events are
// recorded. What is in memory has been recorded before. On the loop.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/driver/job_arrays.h"
#include "daemon/driver/live_entity.h"
#include "daemon/ledger/ledger.h"
#include "daemon/run/run_tally.h"

namespace trainyard {

class Entities {
 public:
  Entities(Loop& loop, Ledger& ledger) : loop_(loop), ledger_(ledger) {}

  // Reads them from the ledger. All are in doubt: a daemon before this one may have submitted jobs until it
  // ended, and it had ended when the next one was started. `starts`: when daemons were, in order, this one
  // among them.
  void load(const std::vector<UtcSeconds>& starts);

  std::map<std::int64_t, LiveRun>& runs() { return runs_; }
  const std::map<std::int64_t, LiveRun>& runs() const { return runs_; }
  std::map<std::string, LiveDataSet>& data_sets() { return data_sets_; }
  const std::map<std::string, LiveDataSet>& data_sets() const { return data_sets_; }
  LiveEntity* find(const EntityId& id);  // null: it is over, or never was
  LiveRun* find_run(std::int64_t run_id);
  template <class Each>
  void each(const Each& each) {
    for (auto& [digest, live] : data_sets_) each(static_cast<LiveEntity&>(live));
    for (auto& [run_id, live] : runs_) each(static_cast<LiveEntity&>(live));
  }

  const RunTally& tally() const { return tally_; }
  const JobArrays& arrays() const { return arrays_; }
  // The data set that the run names; null: it names none, or one that was evicted.
  const DataSet* data_set_of(const TrainingRun& run) const;
  // Also where there is no such data set: it has been evicted, or a run needs none.
  bool is_data_ready(const std::string& digest) const;
  ShownState shown_state(const TrainingRun& run) const;
  bool has_data_set(const std::string& digest) const;  // that is ready, or on its way

  // The ledger has accepted these runs, or wants this data set staged, since a moment ago.
  void add(std::map<std::int64_t, LiveRun> accepted);
  void add(const std::string& digest, const event::Wanted& wanted);
  void forget(const EntityId& id);  // it is over

  // Records the changes in one transaction, with what they bring about: the use of a job that has ended, a
  // data set that has to be staged again. False: they are not durable, and nothing has changed.
  bool record(const Changes& changes);
  // The same. Throws what the ledger throws. Also for runs that are over.
  void record_or_throw(const Changes& changes);
  // The same together with whatever else is to be recorded in this turn of the loop: one transaction, since
  // each one waits for the disk. Many changes are recorded in several, which does not part those of one
  // entity that follow one another. Calls `recorded` afterwards: false when some are not durable. No step of
  // these entities begins before that.
  void record_soon(Changes changes, std::function<void(bool)> recorded);

  // Jobs that were in doubt are about to be submitted once more. False: that is not durable, and must not be.
  bool note_resubmission();

  // Called once after each transaction, with all its changes, when nothing else is under way.
  void on_recorded(std::function<void(const Changes&)> follow) { follow_ = std::move(follow); }
  // Called after every recorded event with its line for the log.
  void on_event(std::function<void(const std::string& line)> observer) { observer_ = std::move(observer); }
  void tell(const std::string& line);  // the log and that observer

  // A poll begins: gives it its number. Entities that change from now on are not known to it.
  std::int64_t begin_poll() { return ++polls_begun_; }

 private:
  // The entities that a transaction changes, as they are after it.
  struct Transaction {
    std::map<std::int64_t, TrainingRun> runs;
    std::map<std::string, DataSet> data_sets;
    Changes changes;
    std::vector<std::string> lines;  // one for each change
  };
  struct Pending {
    Changes changes;
    std::function<void(bool)> recorded;
  };

  Changes with_consequences(Transaction& transaction, const Change& change);
  TrainingRun& run_in(Transaction& transaction, std::int64_t run_id);
  DataSet& data_set_in(Transaction& transaction, const std::string& digest);
  void append(Transaction& transaction, const RunChange& change);
  void append(Transaction& transaction, const DataSetChange& change);
  void append(Transaction& transaction, const Changes& changes);
  Changes write(const Changes& changes);  // the ledger, then the memory; the changes with their consequences
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
  // `work` runs on the loop when nothing else is under way, unless this is gone by then.
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
  std::function<void(const std::string&)> observer_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace trainyard
