// Tests that a report that reads the rollup equals a report over all segments.
#include "daemon/report/read_usage.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/kernels/temporary_directory.h"
#include "tests/unit/run/samples.h"

namespace trainyard {
namespace {

using namespace testing;

constexpr const char* berlin = "Europe/Berlin";
const std::vector<GroupKey> all_keys{GroupKey::user, GroupKey::account, GroupKey::plan, GroupKey::gpu,
                                     GroupKey::month};

Period all_time() { return {from_unix(0), from_unix(100'000'000'000)}; }

// A random account, made from a seed: a data set and runs of several users. Their jobs stage or train, are
// restarted or suspended, cross months, take no time, are corrected, or are charged after their month was
// closed.
class RandomAccount {
 public:
  RandomAccount(Ledger& ledger, unsigned seed) : ledger_(ledger), random_(seed) {
    for (int i = 0; i < 12; ++i) add_run();
    ledger_.accept({1001, "data", "", "", ""}, {}, {{"d1", event::Wanted{at(0), ada(), {}, 1, 1, {}}}});
  }

  void go_on(int times) {
    ledger_.together([&] {
      for (int i = 0; i < times; ++i) happen();
    });
  }

  UsageQuery query(const std::string& zone) {
    UsageQuery asked{some_time(), some_time(), zone, {}};
    if (asked.until < asked.since) std::swap(asked.since, asked.until);
    if (chance(3)) asked.since = month_bounds(month_of(asked.since, berlin), berlin).since;
    if (chance(3)) asked.until = month_bounds(month_of(asked.until, berlin), berlin).until;
    if (chance(4)) asked.until = now() + std::chrono::hours(1);  // late entries are booked now
    for (GroupKey key : all_keys)
      if (chance(2)) asked.by.push_back(key);
    return asked;
  }

  std::optional<std::uint32_t> uid() { return chance(2) ? std::nullopt : std::optional(1001u + pick(3)); }

 private:
  std::uint32_t pick(std::uint32_t below) {
    return std::uniform_int_distribution<std::uint32_t>(0, below - 1)(random_);
  }
  bool chance(std::uint32_t one_in) { return pick(one_in) == 0; }

  // Returns a random time, often the first second of a month or a time close to it.
  UtcSeconds some_time() {
    std::string month = "2025-0" + std::to_string(1 + pick(7));
    UtcSeconds begin = month_bounds(month, berlin).since;
    return begin + std::chrono::seconds(chance(3) ? 0 : chance(2) ? 600 : pick(27 * 86400));
  }

  void add_run() {
    const char* users[] = {"ada", "bob", "eve", "ada"};  // two users have the same name
    std::uint32_t who = pick(4);
    event::Accepted run = accepted(manifest_of(), chance(2) ? "free" : "lab");
    run.owner = {1001 + who, 100, users[who]};
    std::string client_id = std::to_string(runs_.size());
    runs_.push_back(
        run_of(ledger_.accept({run.owner.uid, client_id, "", ""}, {run}, {}).run_ids.at(0), {run}));
    home_.push_back(some_time());
  }

  void happen() {
    if (chance(40))
      close_next_month();
    else if (chance(12))
      correct_something();
    else if (chance(8))
      charge_a_stage_job();
    else
      charge_a_run();
  }

  void charge_a_stage_job() {
    Segment used = segment(some_time(), 0);
    ledger_.append(ledger_.find_data_set("d1").value(), event::Used{at(0), JobRole::stage, used, ""});
  }

  void charge_a_run() {
    if (chance(3)) add_run();
    std::uint32_t i = pick(static_cast<std::uint32_t>(runs_.size()));
    // Most jobs of a run follow each other after a short time.
    UtcSeconds begin = chance(10) ? some_time() : home_[i] + std::chrono::seconds(600 * pick(10));
    Segment used = segment(begin, static_cast<int>(pick(3)));
    if (chance(3) && !of_run_.empty() && of_run_.back().first == i) {
      used.job = of_run_.back().second.job;  // requeued by Slurm
      used.restart = of_run_.back().second.restart + 1;
    }
    if (chance(15)) used.account = "chemistry";
    of_run_.emplace_back(i, used);
    ledger_.append(runs_[i], event::Used{at(0), JobRole::train, used, ""});
  }

  Segment segment(UtcSeconds begin, int gpus) {
    Segment segment{
        {"yard", ++job_id_, begin}, 0, "", gpus, begin, begin + std::chrono::seconds(600 * pick(4))};
    if (chance(4)) segment.job.task = pick(3);
    if (chance(60)) segment.ended_at += std::chrono::hours(24 * pick(70));
    if (gpus > 0 && chance(2)) segment.gpu_type = chance(2) ? "k40" : "h200";
    if (begin + std::chrono::seconds(60) < segment.ended_at && chance(3))
      segment.suspended = {{begin + std::chrono::seconds(10), begin + std::chrono::seconds(45)}};
    return segment;
  }

  void correct_something() {
    std::vector<ChargedSegment> in_force = ledger_.segments_in_force(from_unix(0));
    if (in_force.empty()) return;
    const Segment& was = in_force[pick(static_cast<std::uint32_t>(in_force.size()))].segment;
    Segment is = was;
    is.ended_at += std::chrono::seconds(600 * pick(3));
    is.gpus += 1;
    ledger_.correct(was, chance(3) ? std::nullopt : std::optional(is), "late record");
  }

  void close_next_month() {
    if (closed_ < 5) ledger_.close_month("2025-0" + std::to_string(++closed_), berlin, "root");
  }

  Ledger& ledger_;
  std::mt19937 random_;
  std::vector<TrainingRun> runs_;
  std::vector<UtcSeconds> home_;                           // of each run: when most of its jobs begin
  std::vector<std::pair<std::uint32_t, Segment>> of_run_;  // charged segments, with the index of their run
  std::uint32_t job_id_ = 0;
  int closed_ = 0;
};

std::string words(const UsageQuery& query) {
  std::string text = format_utc(query.since) + " to " + format_utc(query.until) + " in " + query.zone + " by";
  for (GroupKey key : query.by) text += std::string(" ") + to_string(key);
  return text;
}

class AReport : public ::testing::TestWithParam<unsigned> {
 protected:
  void expect_the_answer_of(std::vector<ChargedSegment> segments, const UsageQuery& query,
                            std::optional<std::uint32_t> uid) {
    std::erase_if(segments, [&](const ChargedSegment& charged) { return uid && charged.uid != *uid; });
    UsageTotals expected = total_usage(segments, query);
    UsageTotals read = read_usage(*Ledger::open_to_read(ledger_.path()), query, uid);
    EXPECT_EQ(read.rows, expected.rows) << words(query);
    EXPECT_EQ(read.total, expected.total) << words(query);
  }

  TemporaryDirectory folder_;
  Ledger ledger_{folder_.file("ledger.db")};
};

TEST_P(AReport, SaysOfEveryPeriodWhatAllSegmentsSay) {
  RandomAccount account(ledger_, GetParam());
  account.go_on(30);
  ledger_.make_rollup(berlin);
  for (int part = 0; part < 4; ++part) {
    account.go_on(60);
    std::vector<ChargedSegment> segments = ledger_.segments(all_time().since, all_time().until);
    for (int i = 0; i < 60; ++i)
      expect_the_answer_of(segments, account.query(i % 10 == 0 ? "America/New_York" : berlin), account.uid());
    if (HasFailure()) return;
  }
}

TEST_P(AReport, ReadsTheRollupThatWasKeptAsOneThatIsMadeAnew) {
  ledger_.make_rollup(berlin);
  RandomAccount(ledger_, GetParam()).go_on(300);
  auto everything = [this] {
    const MonthRange year{"2025-01", "9999-12"}, no_month{"", ""};
    std::vector<std::int64_t> spanning;
    for (const ChargedSegment& charged : ledger_.rollup().spanning_segments({"", "9999-12"}, no_month))
      spanning.push_back(charged.id);
    std::ranges::sort(spanning);
    return std::tuple(ledger_.rollup().usage(year, true, true), ledger_.rollup().usage(year, false, true),
                      spanning);
  };
  auto kept = everything();
  ledger_.make_rollup("UTC");
  EXPECT_NE(everything(), kept);
  ledger_.make_rollup(berlin);
  EXPECT_EQ(everything(), kept);
}

// A period that ends in the last second of the account does not contain this second.
TEST_P(AReport, LeavesOutWhatIsBookedInTheSecondInWhichThePeriodEnds) {
  ledger_.make_rollup(berlin);
  RandomAccount account(ledger_, GetParam());
  account.go_on(30);
  TrainingRun run = run_of(1, {accepted()});
  UtcSeconds end = ledger_.rollup().last_booking();
  Segment instant{{"yard", 4711, end}, 0, "", 1, end, end};
  ledger_.append(run, event::Used{end, JobRole::train, instant, ""});
  std::vector<ChargedSegment> segments = ledger_.segments(all_time().since, all_time().until);
  for (std::chrono::seconds later : {std::chrono::seconds(0), std::chrono::seconds(1)})
    expect_the_answer_of(segments,
                         {month_bounds("2025-01", berlin).since, end + later, berlin, {GroupKey::user}}, {});
}

INSTANTIATE_TEST_SUITE_P(OfManySeeds, AReport, ::testing::Range(1u, 6u));

}  // namespace
}  // namespace trainyard
