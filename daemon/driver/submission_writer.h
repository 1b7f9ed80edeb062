// SubmissionWriter: writes the runs of submissions into the ledger and makes them live. Small submissions
// share one transaction, because each transaction waits for the disk. A large submission is prepared in a
// lane and written in pieces, between which the loop does other work; its runs appear together at the end.
// Called on the loop.
#pragma once
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/base/lanes.h"
#include "daemon/base/loop.h"
#include "daemon/driver/entities.h"
#include "daemon/ledger/ledger.h"

namespace trainyard {

// Consecutive runs of a submission whose Accepted events differ only in the manifest. `event` has no
// manifest.
struct AcceptedAlike {
  event::Accepted event;
  std::size_t count = 0;
};

// A submission that is to be written, all of it or nothing.
struct NewSubmission {
  Submission submission;
  std::vector<AcceptedAlike> runs;
  std::vector<Manifest> manifests;                 // one for each run, in their order
  std::map<std::string, event::Wanted> data_sets;  // by digest; recorded as wanted if missing by then
};

struct WrittenSubmission {
  std::vector<std::int64_t> run_ids;
  std::vector<std::string> wanted;  // data sets that are to be staged
};

class SubmissionWriter {
 public:
  using Done = std::function<void(WrittenSubmission)>;
  using Failed = std::function<void(std::exception_ptr)>;

  SubmissionWriter(Loop& loop, Lanes& lanes, Ledger& ledger, Entities& entities)
      : loop_(loop), lanes_(lanes), ledger_(ledger), entities_(entities) {}

  // Writes the submission. Calls `done` or `failed` later, once. `failed` gets the error, of the ledger for
  // example; then no run of the submission is left.
  void write(NewSubmission submission, Done done, Failed failed);

  // Returns how many runs of this user are still to be written. The ledger does not count them yet.
  std::int64_t unwritten_runs_of(std::uint32_t uid) const;

  // Returns true if a submission with the same user and client id is being written, and then calls `over`
  // when that has ended, with or without success.
  bool wait_for(const Submission& same, std::function<void()> over);

 private:
  // The runs of a submission, made and ready to be written into the ledger.
  struct Prepared {
    std::map<std::int64_t, LiveRun> runs;
    std::vector<std::string> bodies;  // JSON of the Accepted events, in the order of the run ids
  };
  struct Writing {
    NewSubmission given;
    std::size_t count = 0;  // number of runs
    SubmissionUses uses;    // as if all runs found their data sets on scratch
    UnfinishedSubmission unfinished;
    Prepared prepared;
    std::map<std::int64_t, LiveRun>::iterator next{};
    std::size_t written = 0;
    std::exception_ptr error;  // if set, the runs that were written are being removed
    Done done;
    Failed failed;
    std::vector<std::function<void()>> others;  // called at the end (wait_for())
    Loop::Watch turn;
  };
  using Place = std::list<Writing>::iterator;
  using Wanted = std::map<std::string, event::Wanted>;  // by digest

  static Prepared prepare(const std::vector<AcceptedAlike>& runs, std::vector<Manifest> manifests,
                          std::int64_t first_id);
  void write_small();
  void write_small_soon();
  std::vector<Place> take_small();
  void write_together(const std::vector<Place>& small);
  // What is written about the data sets of a submission, together with its runs.
  struct Data {
    Wanted wanted;        // data sets that are to be fetched
    SubmissionUses uses;  // how the runs found their data sets
  };
  std::vector<Data> enter(const std::vector<Place>& small);
  void enter(Writing& small, const Data& data);
  void begin_large(Place writing);
  void go_on_soon(Place writing);
  void go_on(Place writing);
  void write_piece(Place writing);
  void remove_piece(Place writing);
  void finish(Place writing);
  void fail(Place writing, const std::exception_ptr& error);
  void end(Place writing, const std::function<void(Writing&)>& tell);
  Data data_of(const Writing& writing, std::set<std::string>& wanted_by_others) const;
  WrittenSubmission make_live(std::map<std::int64_t, LiveRun> runs, const Data& data);

  Loop& loop_;
  Lanes& lanes_;
  Ledger& ledger_;
  Entities& entities_;
  std::list<Writing> writing_;  // in the order in which they came
  std::vector<Place> small_;    // small submissions, to be written together
  Loop::Watch small_turn_;
};

}  // namespace trainyard
