// Tests every write of the ledger on a disk that fails in the middle of the write. The connection stays open,
// as it does in the daemon.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <iterator>

#include "daemon/base/error.h"
#include "daemon/ledger/ledger.h"
#include "tests/fakes/faulty_vfs.h"
#include "tests/kernels/temporary_directory.h"
#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;
using namespace testing;

// Longer than the thousand pages after which SQLite moves the log into the database (a checkpoint).
const std::string long_manifest(6 << 20, 'x');

event::Wanted wanted() { return {at(0), ada(), {}, 1, 4711, {"/scratch", "/scratch/ada/t"}}; }

// Returns the number of rows of each table, the states of the runs, and the settings. Empty if there is no
// ledger yet.
Seen rows_of_ledger(const std::string& folder) {
  Seen seen;
  try {
    Database database(folder + "/ledger.db", Database::Access::read);
    auto read = [&database](const std::string& sql) {
      Statement rows = database.prepare(sql);
      return rows.step() ? rows.text(0) : "";
    };
    seen["schema"] = read("pragma user_version");
    for (const char* table : {"submissions", "runs", "run_events", "data_sets", "data_set_events", "segments",
                              "suspensions", "signs_of_life", "closed_months"})
      seen[table] = read(std::string("select count(*) from ") + table);
    seen["states"] = read("select group_concat(state || over || removed) from runs");
    seen["settings"] =
        read("select group_concat(iif(name = 'ledger_id', name, name || value)) from settings");
    std::erase_if(seen, [](const auto& entry) { return entry.second.empty(); });
    return seen;
  } catch (const Error&) {
    return {};
  }
}

class ALedgerOnAFaultyDisk : public ::testing::Test {
 protected:
  using Act = std::function<void(Ledger&)>;

  // Returns a call on a ledger that has a data set and a run, which is over except for its store job.
  FaultyCall call(const std::string& name, Act act) {
    return {.name = name,
            .arrange = [this](const std::string& folder) { open_with_a_run(folder); },
            .act = [this, act](const std::string&) { act(*ledger_); },
            .look = rows_of_ledger};
  }

  void open(const std::string& folder) {
    ledger_.reset();
    ledger_.emplace(folder + "/ledger.db");
  }

  void open_with_a_run(const std::string& folder) {
    open(folder);
    accept(*ledger_, "c1", 1, "");
    for (const RunEvent& event : life_until(8))
      if (!std::holds_alternative<event::Accepted>(event)) append_to_run(*ledger_, event);
  }

  static void accept(Ledger& ledger, const std::string& client_id, std::size_t runs,
                     const std::string& text) {
    ledger.accept({ada().uid, client_id, "digits.toml", text}, std::vector<event::Accepted>(runs, accepted()),
                  {{"d-" + client_id, wanted()}});
  }

  static void append_to_run(Ledger& ledger, const RunEvent& event) {
    TrainingRun run = ledger.find_run(1).value();
    apply_event(run, event);
    ledger.append(run, event);
  }

  static void append_to_data_set(Ledger& ledger, const DataSetEvent& event) {
    DataSet set = ledger.find_data_set("d-c1").value();
    apply_event(set, event);
    ledger.append(set, event);
  }

  ShimVfs shim_;
  std::optional<Ledger> ledger_;
};

Segment half_an_hour_of(std::uint32_t job_id) {
  Segment segment = hour_of(job_id);
  segment.ended_at = at(1900);
  segment.suspended = {{at(200), at(300)}};
  return segment;
}

TEST_F(ALedgerOnAFaultyDisk, HasAllOfAWriteOrNothingAndTakesTheNext) {
  FaultyCall open_new{.name = "open a new one",
                      .arrange = [this](const std::string&) { ledger_.reset(); },
                      .act = [this](const std::string& folder) { open(folder); },
                      .look = rows_of_ledger,
                      .may_end_in_part = true};  // the schema is written first, then the ledger's id
  expect_to_survive(
      vfs_faults(shim_),
      {open_new, call("accept", [](Ledger& ledger) { accept(ledger, "c2", 3, "name = \"digits\""); }),
       call("accept, then checkpoint", [](Ledger& ledger) { accept(ledger, "c2", 3, long_manifest); }),
       call("append, a run's event",
            [](Ledger& ledger) {
              append_to_run(ledger, event::Ended{at(3801), JobRole::store,
                                                 ended_job(store_id, JobOutcome::completed, 0)});
            }),
       call("append, a run's usage",
            [](Ledger& ledger) {
              append_to_run(ledger, event::Used{at(3801), JobRole::store, half_an_hour_of(store_id), ""});
            }),
       call("append, a correction",
            [](Ledger& ledger) {
              append_to_run(ledger, event::Corrected{at(9000), "late record", hour_of(train_id),
                                                     half_an_hour_of(train_id)});
            }),
       call("append, a data set's usage",
            [](Ledger& ledger) {
              ledger.together([&ledger] {
                append_to_data_set(ledger, event::Staging{at(1), 1, job_key(5)});
                append_to_data_set(ledger, event::Used{at(2), JobRole::stage, hour_of(5, 0), ""});
              });
            }),
       call("correct",
            [](Ledger& ledger) {
              ledger.correct(hour_of(train_id), half_an_hour_of(train_id), "late record");
            }),
       call("close_month", [](Ledger& ledger) { ledger.close_month("2026-02", "UTC", "root"); }),
       call("set_setting", [](Ledger& ledger) { ledger.set_setting("drained", "yes"); }),
       call("mark_removed", [](Ledger& ledger) { ledger.mark_removed(1); })});
}

std::ptrdiff_t open_files() {
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

TEST_F(ALedgerOnAFaultyDisk, HoldsNoFileWhenItCannotBeOpened) {
  TemporaryDirectory folder;
  const std::ptrdiff_t before = open_files();
  {
    FaultyVfs fault(shim_, 2, VfsCall::Kind::open, SQLITE_CANTOPEN);
    EXPECT_THROW(open(folder.path()), Error);
  }
  EXPECT_EQ(open_files(), before);
}

TEST_F(ALedgerOnAFaultyDisk, CountsTheEventsThatItHas) {
  TemporaryDirectory folder;
  open_with_a_run(folder.path());
  const std::int64_t before = ledger_->events_appended();
  {
    FaultyVfs fault(shim_, 1, VfsCall::Kind::write, SQLITE_FULL);
    EXPECT_THROW(accept(*ledger_, "c2", 3, ""), Error);
  }
  EXPECT_EQ(ledger_->events_appended(), before);
  accept(*ledger_, "c2", 3, "");
  EXPECT_EQ(ledger_->events_appended(), before + 4);  // one for each of three runs and a data set
}

}  // namespace
}  // namespace trainyard
