// Tests how the daemon's answers are shown to people.
#include <gtest/gtest.h>

#include "daemon/cli/plan_drift_text.h"
#include "daemon/cli/reconcile_text.h"
#include "daemon/cli/show_run.h"
#include "daemon/cli/submit_answer.h"
#include "daemon/cli/usage_report_text.h"
#include "daemon/cli/value_format.h"

namespace trainyard {
namespace {

TEST(Submitted, NamesTheRuns) {
  EXPECT_EQ(submitted_text("a.toml", {{"runs", {7}}, {"repeated", false}}), "a.toml: training-7\n");
  EXPECT_EQ(submitted_text("a.toml", {{"runs", {7, 8, 9}}, {"repeated", true}}),
            "a.toml: training-7 to training-9 (3 runs), submitted before under this client id\n");
}

TEST(DryRun, ShowsJobsGpusDataAndThePlansRoom) {
  Json answer = {{"runs", Json::array()},
                 {"count", 2},
                 {"jobs", 4},
                 {"gpus", 8},
                 {"plan", {{"name", "free"}, {"gpus", 4}, {"in_use", 1}}},
                 {"data_sets", {{{"source", "file:///d"}, {"state", "ready"}, {"size_bytes", 2048}}}}};
  EXPECT_EQ(dry_run_text("a.toml", answer),
            "a.toml: valid; nothing was submitted\n"
            "  runs        2\n"
            "  jobs        4\n"
            "  GPUs        8 in total\n"
            "  plan        free: 1 of 4 GPUs in use, 3 free\n"
            "  data        file:///d (2.0 KiB, on scratch already)\n");
}

Json usage() {
  return {{"since", 1793487600},
          {"until", 1796079600},
          {"zone", "Europe/Berlin"},
          {"by", {"user", "plan"}},
          {"rows",
           {{{"keys", {{"user", "ada"}, {"plan", "free"}}}, {"runs", 2}, {"jobs", 5}, {"gpu_seconds", 5400}},
            {{"keys", {{"user", "=cmd(),x"}, {"plan", ""}}}, {"runs", 1}, {"jobs", 1}, {"gpu_seconds", 0}}}},
          {"total", {{"keys", Json::object()}, {"runs", 3}, {"jobs", 6}, {"gpu_seconds", 5400}}}};
}

TEST(UsageTable, SaysWhichPeriodItIsOf) {
  EXPECT_EQ(usage_table(usage()),
            "GPU time from 2026-11-01 00:00:00 CET to 2026-12-01 00:00:00 CET\n\n"
            "USER      PLAN  RUNS  JOBS  GPU-SECONDS  GPU-HOURS\n"
            "ada       free     2     5         5400       1.50\n"
            "=cmd(),x  -        1     1            0       0.00\n"
            "total              3     6         5400       1.50\n");
}

TEST(UsageTable, IsFollowedByHowRunsFoundTheirDataSets) {
  EXPECT_EQ(data_uses_table(usage()), "");
  Json row{{"hits", 12}, {"misses", 2}, {"fetched_bytes", 2048}, {"saved_bytes", 12288}};
  Json report = usage();
  report["data"] = {{"rows", Json::array({row})}, {"total", row}};
  report["data"]["rows"][0]["user"] = "ada";
  EXPECT_TRUE(
      data_uses_table(report).ends_with("USER   HITS  MISSES  FETCHED     SAVED\n"
                                        "ada      12       2  2.0 KiB  12.0 KiB\n"
                                        "total    12       2  2.0 KiB  12.0 KiB\n"))
      << data_uses_table(report);
}

TEST(Reconcile, ShowsWhatIsNotEqualWithItsReasonAndCountsAll) {
  Json ledger = {{"started_at", 1793487600}, {"ended_at", 1793487630}, {"gpus", 2}};
  Json lost = {{"started_at", nullptr}, {"ended_at", nullptr}, {"gpus", 0}};
  Json row = {{"job_id", 77},          {"run", 42},
              {"user", "ada"},         {"ledger", ledger},
              {"slurmdbd", lost},      {"gpu_seconds_too_many", 60},
              {"seconds_unseen", 0},   {"finding", "controller_lost_job"},
              {"seconds_apart", 30},   {"seconds_allowed", 45},
              {"text", "it was lost"}, {"explained", true}};
  Json report = {{"segments", 9}, {"equal", 8}, {"explained", 1}, {"unexplained", 0}, {"rows", {row}}};
  EXPECT_EQ(
      reconcile_text(report, "UTC"),
      "JOB  RUN  USER  STARTED              TRAINYARD       SLURMDBD  EXCESS GPU-S  DIFF S  EXPLAINED S  "
      "HEARTBEAT GAP S  REASON\n"
      " 77   42  ada   2026-10-31 23:00:00   30 s × 2  never started            60      30           45  "
      "              0  "
      "controller_lost_job\n\n"
      "controller_lost_job: it was lost\n\n"
      "9 usage records, 8 equal, 1 explained, 0 unexplained\n");
  report["rows"] = Json::array();
  report["corrected"] = 1;
  EXPECT_EQ(reconcile_text(report, "UTC"),
            "1 corrected: reversed, and recorded again as slurmdbd has it\n\n"
            "9 usage records, 8 equal, 1 explained, 0 unexplained\n");
  report.erase("corrected");
  report["entered"] = 2;
  EXPECT_EQ(
      reconcile_text(report, "UTC"),
      "2 recorded that the daemon did not have\n\n9 usage records, 8 equal, 1 explained, 0 unexplained\n");
  report.erase("entered");
  EXPECT_EQ(reconcile_text(report, "UTC"), "9 usage records, 8 equal, 1 explained, 0 unexplained\n");
}

TEST(ATimeGiven, IsOneOfTheZoneShownUnlessItSaysUtcOrSeconds) {
  EXPECT_EQ(time_given("2026-11-23T10:30", "Europe/Berlin"),
            time_given("2026-11-23T09:30:00Z", "Asia/Tokyo"));
  EXPECT_EQ(time_given("@1795426200", "Europe/Berlin"), from_unix(1795426200));
  for (const char* wrong : {"@", "@-1", "@x", "1795426200", "soon"})
    EXPECT_THROW(time_given(wrong, "UTC"), Error) << wrong;
}

TEST(UsageCsv, QuotesAndDisarmsFormulas) {
  EXPECT_EQ(usage_csv(usage()),
            "user,plan,runs,jobs,gpu_seconds,gpu_hours,suspended_gpu_seconds,late_gpu_seconds\r\n"
            "ada,free,2,5,5400,1.50,0,0\r\n"
            "\"'=cmd(),x\",,1,1,0,0.00,0,0\r\n");
}

TEST(UsageTable, SaysHowMuchWasSuspendedOrOfClosedMonths) {
  Json report = usage();
  report["total"]["suspended_gpu_seconds"] = 600;
  report["total"]["late_gpu_seconds"] = -60;
  EXPECT_TRUE(usage_table(report).ends_with(
      "\n600 GPU-seconds of it were held by suspended jobs.\n"
      "-60 GPU-seconds of it belong to months that were closed when they became known.\n"));
}

TEST(Show, SaysWhyARunFailedWithItsLastLines) {
  Json run = {{"training_id", "training-42"},
              {"name", "digits"},
              {"state", "failed"},
              {"reason", "the program exited with code 3"},
              {"exit_code", 3},
              {"signal", nullptr},
              {"user", "ada"},
              {"plan", "free"},
              {"nodes", "n[1-2]"},
              {"gpus", 2},
              {"gpu", "k40"},
              {"accepted_at", 1795000000},
              {"started_at", 1795000010},
              {"ended_at", 1795000075},
              {"gpu_seconds", 130},
              {"last_lines", {"Traceback", "\033[2JValueError"}},
              {"attempts",
               {{{"number", 1},
                 {"train",
                  {{"job_id", 77},
                   {"nodes", "n[1-2]"},
                   {"started_at", 1795000010},
                   {"ended_at", nullptr},
                   {"state", "FAILED"}}},
                 {"store", nullptr},
                 {"reason", ""}}}},
              {"events", {{{"at", 1795000000}, {"event", "accepted"}, {"text", "by ada"}}}}};
  EXPECT_EQ(run_text(run, "UTC"),
            "training-42  digits  failed\n"
            "  reason      the program exited with code 3\n"
            "  exit code   3\n"
            "  user        ada\n"
            "  plan        free\n"
            "  resources   2 GPUs (k40) on n[1-2]\n"
            "  submitted   2026-11-18 11:06:40\n"
            "  started     2026-11-18 11:06:50\n"
            "  ended       2026-11-18 11:07:55\n"
            "  elapsed     1 min 05 s\n"
            "  GPU time    130 GPU-seconds\n"
            "\n"
            "ATTEMPT  JOB    ID  NODES   STARTED              ENDED  STATE\n"
            "      1  train  77  n[1-2]  2026-11-18 11:06:50  -      FAILED\n"
            "\n"
            "AT                   EVENT     WHAT\n"
            "2026-11-18 11:06:40  accepted  by ada\n"
            "\n"
            "last lines of the log\n"
            "  | Traceback\n"
            "  | ?[2JValueError\n");
}

Json drift_row(const std::string& object, const std::string& is, const std::string& remedy) {
  return {{"object", object},           {"attribute", "Flags"}, {"is", is},
          {"should_be", "DenyOnLimit"}, {"done", false},        {"remedy", remedy}};
}

TEST(PlanDrift, IsATableOfWhatApplySetsAndWhatIsLeftToAPerson) {
  Json drift = Json::array({drift_row("qos free", "", ""), drift_row("user alan", "x", "sacctmgr add user")});
  EXPECT_EQ(plan_drift_text(drift, false),
            "WHAT       ATTRIBUTE  IS  SHOULD BE    BY APPLY\n"
            "qos free   Flags      -   DenyOnLimit  yes\n"
            "user alan  Flags      x   DenyOnLimit  no\n"
            "\n"
            "trainyard admin plan apply sets 1 difference\n"
            "\n"
            "left to you:\n"
            "  user alan: sacctmgr add user\n");
}

TEST(PlanDrift, IsNoneWhereSlurmSaysTheSame) {
  EXPECT_EQ(plan_drift_text(Json::array(), false), "Slurm says what the plans say\n");
}

}  // namespace
}  // namespace trainyard
