// Tests of checkpoints: they write the ledger's log into the database file outside the loop, and a disk that
// fails meanwhile loses nothing.
#include "daemon/ledger/checkpoints.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <thread>

#include "daemon/base/error.h"
#include "tests/fakes/shim_vfs.h"
#include "tests/kernels/temporary_directory.h"
#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;
using namespace testing;
using namespace std::chrono_literals;

// Counts the writes to the database file: by the loop's thread, by others, and those that a failing disk
// refused.
class DatabaseWrites : public VfsObserver {
 public:
  int before(const VfsCall& call) override {
    if (call.kind != VfsCall::Kind::write || !call.path.ends_with("ledger.db")) return SQLITE_OK;
    if (is_disk_failing) return ++failed, SQLITE_IOERR_WRITE;
    ++(std::this_thread::get_id() == loop_thread ? by_loop : beside_it);
    return SQLITE_OK;
  }

  const std::thread::id loop_thread = std::this_thread::get_id();
  std::atomic<bool> is_disk_failing = false;
  std::atomic<int> failed = 0, by_loop = 0, beside_it = 0;
};

class ALedgerWithCheckpoints : public ::testing::Test {
 protected:
  ALedgerWithCheckpoints() { shim_.observe_with(&writes_); }
  ~ALedgerWithCheckpoints() override { shim_.observe_with(nullptr); }

  // Submits a manifest whose text alone makes the log so large that a checkpoint is due.
  void submit() {
    ++submissions_;
    ledger_.accept({ada().uid, std::to_string(submissions_), "", std::string(6 << 20, 'x')}, {accepted()},
                   {});
  }

  // Runs the loop until `then` returns true. Returns false if that takes longer than 30 s.
  bool loop_until(const std::function<bool()>& then) {
    const auto end = std::chrono::steady_clock::now() + 30s;
    Loop::Watch look;
    std::function<void()> look_again = [&] {
      if (then() || std::chrono::steady_clock::now() > end) return loop_.stop();
      look = loop_.after(1ms, look_again);
    };
    loop_.post(look_again);
    loop_.run();
    return then();
  }

  // Returns the number of runs in a copy of the database file without its log; 0 in the middle of a
  // checkpoint.
  std::size_t runs_in_database_file() {
    TemporaryDirectory elsewhere;
    fs::copy(folder_.file("ledger.db"), elsewhere.file("ledger.db"));
    try {
      return Ledger(elsewhere.file("ledger.db")).list({}).size();
    } catch (const Error&) {
      return 0;
    }
  }

  TemporaryDirectory folder_;
  ShimVfs shim_;
  DatabaseWrites writes_;
  Loop loop_;
  Ledger ledger_{folder_.file("ledger.db")};
  Checkpoints checkpoints_{loop_, ledger_};
  int submissions_ = 0;
};

TEST_F(ALedgerWithCheckpoints, HasThemMadeBesideTheLoop) {
  submit();
  EXPECT_EQ(writes_.by_loop, 0);
  EXPECT_TRUE(loop_until([this] { return writes_.beside_it > 1500; }));
  EXPECT_TRUE(loop_until([this] { return runs_in_database_file() == 1; }));
  EXPECT_EQ(writes_.by_loop, 0);
}

TEST_F(ALedgerWithCheckpoints, KeepsItsLogShortWhenWhatMayWaitIsWrittenAfterThem) {
  constexpr int submissions = 40;
  Loop::Watch next;
  std::function<void()> go_on;
  auto go_on_soon = [&] { next = loop_.after(0ms, go_on); };
  go_on = [&] {
    if (ledger_.is_checkpoint_under_way()) return ledger_.after_checkpoint(go_on_soon);
    submit();
    if (submissions_ < submissions) go_on_soon();
  };
  go_on();
  EXPECT_TRUE(loop_until([this] { return submissions_ == submissions; }));
  EXPECT_LT(fs::file_size(folder_.file("ledger.db-wal")), 3 * (6u << 20));
  EXPECT_EQ(ledger_.list({}).size(), std::size_t{submissions});
}

TEST_F(ALedgerWithCheckpoints, TellsWhenOneHasEndedOnTheLoop) {
  EXPECT_FALSE(ledger_.is_checkpoint_under_way());
  submit();
  EXPECT_TRUE(ledger_.is_checkpoint_under_way());
  bool has_ended = false;
  ledger_.after_checkpoint([&] { has_ended = !ledger_.is_checkpoint_under_way(); });
  EXPECT_TRUE(loop_until([&] { return has_ended; }));
  EXPECT_GT(writes_.beside_it, 1500);
}

TEST_F(ALedgerWithCheckpoints, LosesNothingWhileTheDiskFailsAndMakesThemAfterwards) {
  writes_.is_disk_failing = true;
  submit();
  EXPECT_TRUE(loop_until([this] { return writes_.failed > 0; }));
  const int before = writes_.failed;
  submit();
  EXPECT_TRUE(loop_until([this, before] { return writes_.failed > before; }));
  EXPECT_EQ(ledger_.list({}).size(), 2u);
  writes_.is_disk_failing = false;
  EXPECT_TRUE(loop_until([this] {
    if (writes_.beside_it == 0) submit();
    return writes_.beside_it > 0 && runs_in_database_file() >= 2;
  }));
}

}  // namespace
}  // namespace trainyard
