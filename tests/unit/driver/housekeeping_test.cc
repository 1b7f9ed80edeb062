// Directories of runs that ended long ago are removed from scratch, whatever becomes of one of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "daemon/handover/layout.h"
#include "tests/fakes/full_disk.h"
#include "tests/unit/driver/site.h"

namespace trainyard {
namespace {

using testing::one_gpu;
using testing::Site;

// A run is old as soon as it has ended.
DriverSettings keep_nothing() {
  DriverSettings settings;
  settings.keep_runs = std::chrono::seconds(-60);
  return settings;
}

// Submits runs that are cancelled before they begin, each with a directory on scratch.
std::vector<std::int64_t> ended_runs(Site& site, std::size_t count) {
  site.driver().set_drained(true);
  const std::vector<std::int64_t> ids = site.submit(std::vector<Manifest>(count, one_gpu()));
  for (std::int64_t id : ids) {
    std::filesystem::create_directories(layout::run_directory(site.scratch(), id));
    site.driver().cancel(id, "ada");
  }
  return ids;
}

std::size_t count_kept(Site& site) {
  return site.ledger().ended_before(now() + std::chrono::hours(1), 1000).size();
}

std::size_t count_directories(Site& site, const std::vector<std::int64_t>& ids) {
  return static_cast<std::size_t>(std::ranges::count_if(ids, [&](std::int64_t id) {
    return std::filesystem::exists(layout::run_directory(site.scratch(), id));
  }));
}

TEST(Housekeeping, RemovesTheDirectoriesOfAllOldRuns) {
  Site site(keep_nothing());
  const std::vector<std::int64_t> ids = ended_runs(site, 120);
  site.restart();
  EXPECT_TRUE(site.run_until([&] { return count_kept(site) == 0; }));
  EXPECT_EQ(count_directories(site, ids), 0U);
}

TEST(Housekeeping, GoesOnWhereADirectoryCannotBeRemoved) {
  Site site(keep_nothing());
  const std::vector<std::int64_t> ids = ended_runs(site, 120);
  site.users().fail_next(2);
  site.restart();
  EXPECT_TRUE(site.run_until([&] { return count_kept(site) == 2; }));
  EXPECT_EQ(count_directories(site, ids), 2U);
  site.restart();  // the next daemon tries again
  EXPECT_TRUE(site.run_until([&] { return count_kept(site) == 0; }));
}

TEST(Housekeeping, LeavesTheRunsOfAUserAfterThreeFailures) {
  Site site(keep_nothing());
  ended_runs(site, 120);
  site.users().fail_next(1000);
  site.restart();
  ASSERT_TRUE(site.run_until([&] { return site.users().calls_to_fail() == 997; }));
  site.run_for(std::chrono::milliseconds(50));
  EXPECT_EQ(site.users().calls_to_fail(), 997);
  EXPECT_EQ(count_kept(site), 120U);
}

TEST(Housekeeping, AsksFilesThatDoNotAnswerOnceInARound) {
  Site site(keep_nothing());
  ended_runs(site, 120);
  site.users().silence_files(true);
  const int before = site.users().silent_calls();
  site.restart();
  ASSERT_TRUE(site.run_until([&] { return site.users().silent_calls() == before + 1; }));
  site.run_for(std::chrono::milliseconds(50));
  EXPECT_EQ(site.users().silent_calls(), before + 1);
  EXPECT_EQ(count_kept(site), 120U);
}

TEST(Housekeeping, OutlivesALedgerThatCannotBeWritten) {
  Site site(keep_nothing());
  const std::vector<std::int64_t> ids = ended_runs(site, 2);
  site.remove_directory(ids[0]);  // the scratch has its marker from now on
  site.restart();
  {
    const FullDisk full;
    EXPECT_TRUE(site.run_until([&] { return count_directories(site, ids) == 0; }));
    site.run_for(std::chrono::milliseconds(50));
  }
  EXPECT_TRUE(site.alive());
  EXPECT_EQ(count_kept(site), 2U);
  site.restart();
  EXPECT_TRUE(site.run_until([&] { return count_kept(site) == 0; }));
}

}  // namespace
}  // namespace trainyard
