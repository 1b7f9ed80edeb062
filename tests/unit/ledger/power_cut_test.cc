// Tests a power cut at each sync. When the machine starts again, the ledger has everything that a call had
// recorded when it returned; of a call that had not returned it has all or nothing.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iostream>

#include "daemon/base/error.h"
#include "daemon/ledger/ledger.h"
#include "tests/fakes/faulty_vfs.h"
#include "tests/kernels/temporary_directory.h"
#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

constexpr std::array all_remains{Remains::nothing, Remains::everything, Remains::a_torn_write,
                                 Remains::every_other};

const char* to_string(Remains remains) {
  switch (remains) {
    case Remains::nothing:
      return "nothing";
    case Remains::everything:
      return "everything";
    case Remains::a_torn_write:
      return "a torn write";
    case Remains::every_other:
      return "every other";
  }
  return "";
}

// What the calls of the ledger had made durable when they returned.
struct Returned {
  bool opened = false;
  int submissions = 0, lives = 0;  // of three runs each; runs that got all their events
};

constexpr int runs_of_a_submission = 3;
constexpr int submissions = 4;

// A daemon's work until the power is cut. The third submission fills the log, so that SQLite checkpoints it.
class Work {
 public:
  explicit Work(const std::string& path) : path_(path) {}

  Returned until_the_power_is_cut() {
    try {
      Ledger ledger(path_);
      returned_.opened = true;
      for (int i = 1; i <= submissions; ++i) submit_and_end(ledger, i);
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::unavailable) << e.what();
    }
    return returned_;
  }

 private:
  void submit_and_end(Ledger& ledger, int number) {
    const std::string text(number == 3 ? 6 << 20 : 10, 'x');
    const SubmittedRuns runs =
        ledger.accept({ada().uid, std::to_string(number), "", text},
                      std::vector<event::Accepted>(runs_of_a_submission, accepted()),
                      {{std::to_string(number), {at(0), ada(), {}, 1, 1, {"/scratch", "/scratch/ada"}}}});
    ++returned_.submissions;
    ledger.together([&] { end(ledger, runs.run_ids.front(), static_cast<std::uint32_t>(number)); });
    ++returned_.lives;
  }

  static void end(Ledger& ledger, std::int64_t run_id, std::uint32_t job_id) {
    TrainingRun run = ledger.find_run(run_id).value();
    for (const RunEvent& event :
         {RunEvent(event::Admitted{at(1), 1}), RunEvent(event::Submitted{at(2), job_key(job_id)}),
          RunEvent(event::Ended{at(3701), JobRole::train, ended_job(job_id, JobOutcome::completed)}),
          RunEvent(used(job_id))}) {
      apply_event(run, event);
      ledger.append(run, event);
    }
  }

  std::string path_;
  Returned returned_;
};

// Expects everything that the calls before the power cut recorded, and all or nothing of the interrupted
// call.
void expect_whole(const std::string& path, const Returned& returned) {
  Ledger ledger(path);
  const auto runs = static_cast<int>(ledger.list({}).size());
  const auto lives = static_cast<int>(ledger.segments(at(0), at(10'000)).size());
  EXPECT_EQ(runs % runs_of_a_submission, 0);
  EXPECT_EQ(static_cast<int>(ledger.data_sets().size()), runs / runs_of_a_submission);
  EXPECT_GE(runs / runs_of_a_submission, returned.submissions);
  EXPECT_LE(runs / runs_of_a_submission, returned.submissions + 1);
  EXPECT_GE(lives, returned.lives);
  EXPECT_LE(lives, returned.lives + 1);
  for (std::int64_t id = 1; id <= runs; ++id) {
    const bool is_over = id % runs_of_a_submission == 1 && id / runs_of_a_submission < lives;
    EXPECT_EQ(ledger.events_of(id).size(), is_over ? 5u : 1u) << "run " << id;
    EXPECT_EQ(ledger.find_run(id)->gpu_seconds, is_over ? 3600 : 0) << "run " << id;
  }
  ledger.set_setting("drained", "no");
  Database database(path);
  Statement check = database.prepare("pragma integrity_check");
  ASSERT_TRUE(check.step());
  EXPECT_EQ(check.text(0), "ok");
}

std::size_t syncs_without_a_cut() {
  ShimVfs shim;
  TemporaryDirectory folder;
  PowerCut never(shim, 0);
  const Returned returned = Work(folder.file("ledger.db")).until_the_power_is_cut();
  EXPECT_EQ(returned.lives, submissions);
  return never.syncs();
}

TEST(APowerCut, LeavesTheLedgerAllThatReturnedAndNothingByHalves) {
  const std::size_t syncs = syncs_without_a_cut();
  std::cout << fmt::format("{:<6} {:<14} {}\n", "sync", "remains", "what had returned");
  for (std::size_t sync = 1; sync <= syncs; ++sync) {
    for (const Remains remains : all_remains) {
      SCOPED_TRACE(fmt::format("at sync {} of {}, of the rest remains {}", sync, syncs, to_string(remains)));
      TemporaryDirectory folder;
      Returned returned;
      {
        ShimVfs shim;
        PowerCut cut(shim, sync);
        returned = Work(folder.file("ledger.db")).until_the_power_is_cut();
        EXPECT_TRUE(cut.has_come());
        cut.leave(folder.path(), remains);
      }
      expect_whole(folder.file("ledger.db"), returned);
      std::cout << fmt::format("{:<6} {:<14} {}, {} submissions, {} lives: {}\n", sync, to_string(remains),
                               returned.opened ? "the ledger" : "not even the ledger", returned.submissions,
                               returned.lives, HasFailure() ? "WRONG" : "all there");
    }
  }
}

}  // namespace
}  // namespace trainyard
