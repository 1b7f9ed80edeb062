// fill_account LEDGER SEGMENTS USERS: makes a ledger with usage of the last twelve months, including the
// current one. All runs are over. Each has ten segments of some hours within a few days, of its train and
// store jobs by turns. One segment in a hundred is corrected.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "daemon/ledger/ledger.h"

namespace trainyard {
namespace {

constexpr int segments_of_a_run = 10;
constexpr int runs_together = 200;  // runs in one transaction
constexpr std::chrono::days all_months{365};

class Account {
 public:
  Account(Ledger& ledger, int users, const std::string& zone)
      : ledger_(ledger),
        users_(users),
        begin_(month_bounds(month_of(now() - all_months, zone), zone).until) {}

  void add_runs(int count) {
    ledger_.together([&] {
      for (int i = 0; i < count; ++i) add_run();
    });
  }

 private:
  int pick(int below) { return std::uniform_int_distribution<>(0, below - 1)(random_); }

  event::Accepted accepted(UtcSeconds at, int user) {
    event::Accepted run;
    run.at = at;
    run.owner = {static_cast<std::uint32_t>(10'000 + user), 100, "user" + std::to_string(user)};
    run.manifest.name = "digits";
    run.manifest.results_target = "file:///srv/buckets/results/";
    run.manifest.resources.account = "account" + std::to_string(user % 7);
    run.manifest.program = CommandSpec{"true", "", "", Launcher::single, {}};
    run.plan = user % 3 == 0 ? "free" : "wide";
    return run;
  }

  void add_run() {
    std::int64_t period = (now() - begin_).count() - std::chrono::seconds(std::chrono::days(3)).count();
    UtcSeconds at =
        begin_ + std::chrono::seconds(static_cast<std::int64_t>(
                     std::uniform_real_distribution<>(0, 1)(random_) * static_cast<double>(period)));
    event::Accepted run_accepted = accepted(at, pick(users_));
    std::string client_id = std::to_string(++runs_);
    std::int64_t id =
        ledger_.accept({run_accepted.owner.uid, client_id, "digits.toml", ""}, {run_accepted}, {})
            .run_ids.at(0);
    TrainingRun run = fold(id, {run_accepted});
    for (int i = 0; i < segments_of_a_run; ++i)
      charge(run, at += std::chrono::seconds(1 + pick(20'000)), i % 2 == 0);
    event::Failed failed{at, "the last attempt failed", {}};
    apply_event(run, failed);
    ledger_.append(run, failed);
  }

  void charge(TrainingRun& run, UtcSeconds at, bool trains) {
    Segment used;
    used.job = {"yard", ++job_id_, at};
    used.gpus = trains ? 1 + pick(8) : 0;
    used.gpu_type = trains ? (pick(2) == 0 ? "h200" : "k40") : "";
    used.started_at = at;
    used.ended_at = at + std::chrono::seconds(pick(15'000));
    JobRole role = trains ? JobRole::train : JobRole::store;
    ledger_.append(run, event::Used{used.ended_at, role, used, ""});
    if (pick(100) != 0) return;
    Segment right = used;
    right.ended_at += std::chrono::seconds(1);
    ledger_.append(run, event::Corrected{right.ended_at, "its end was told late", used, right});
  }

  Ledger& ledger_;
  int users_;
  UtcSeconds begin_;
  std::mt19937 random_;
  std::int64_t runs_ = 0;
  std::uint32_t job_id_ = 0;
};

void fill(const std::string& path, int segments, int users) {
  const std::string zone = system_zone();  // the default of a daemon whose settings name no time zone
  Ledger ledger(path);
  ledger.make_rollup(zone);
  Account account(ledger, users, zone);
  for (int runs = (segments + segments_of_a_run - 1) / segments_of_a_run; runs > 0; runs -= runs_together)
    account.add_runs(std::min(runs, runs_together));
}

}  // namespace
}  // namespace trainyard

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: fill_account LEDGER SEGMENTS USERS\n", stderr);
    return 2;
  }
  try {
    trainyard::fill(argv[1], std::atoi(argv[2]), std::atoi(argv[3]));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "fill_account: %s\n", e.what());
    return 1;
  }
}
