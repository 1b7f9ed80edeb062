// Tests of the agent's small parts: Slurm's environment variables, the program's environment, the tail of a
// log, keys as paths, and retries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/agent/command_line.h"
#include "daemon/agent/environment.h"
#include "daemon/agent/key_path.h"
#include "daemon/agent/slurm_job.h"
#include "daemon/agent/store_retry.h"
#include "tests/unit/agent/agent_fixture.h"

namespace trainyard {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(ExpandHosts, ReadsSlurmsListsOfNodes) {
  EXPECT_THAT(expand_hosts("n1"), ElementsAre("n1"));
  EXPECT_THAT(expand_hosts("n[1-3,07],m"), ElementsAre("n1", "n2", "n3", "n07", "m"));
  EXPECT_THAT(expand_hosts("rack1-n[08-10]"), ElementsAre("rack1-n08", "rack1-n09", "rack1-n10"));
  EXPECT_THAT(expand_hosts("odd[x]"), ElementsAre("odd[x]"));
}

TEST(ClaimOfThisJob, IsWhatSlurmSaysAndAnErrorOutsideAJob) {
  ::setenv("SLURM_JOB_ID", "77", 1);
  ::setenv("SLURM_CLUSTER_NAME", "yard", 1);
  ::setenv("SLURM_RESTART_COUNT", "2", 1);
  const Claim claim = claim_of_this_job();
  EXPECT_EQ(claim.job_id, 77u);
  EXPECT_EQ(claim.cluster, "yard");
  EXPECT_EQ(claim.restarts, 2);
  for (const char* name : {"SLURM_JOB_ID", "SLURM_CLUSTER_NAME", "SLURM_RESTART_COUNT"}) ::unsetenv(name);
  EXPECT_THROW(claim_of_this_job(), Error);
}

TEST(ClaimOfThisJob, InAJobArrayIsTheArraysAndTheTasks) {
  const std::map<const char*, const char*> variables{{"SLURM_JOB_ID", "79"},
                                                     {"SLURM_ARRAY_JOB_ID", "77"},
                                                     {"SLURM_ARRAY_TASK_ID", "2"},
                                                     {"SLURM_CLUSTER_NAME", "yard"}};
  for (const auto& [name, value] : variables) ::setenv(name, value, 1);
  const Claim claim = claim_of_this_job();
  for (const auto& [name, value] : variables) ::unsetenv(name);
  EXPECT_EQ(claim.job_id, 77u);
  EXPECT_EQ(claim.array_task, 2u);
}

TEST(RunVariables, AreTheContractWithTheProgramAndOverWhatTheManifestSays) {
  AgentFixture fixture;
  Launch launch = fixture.launch({.run = "x",
                                  .setup = "",
                                  .code = "",
                                  .launcher = Launcher::mpi,
                                  .environment = {{"COLOUR", "red"}, {"TRAINING_ID", "mine"}}});
  launch.manifest.resources.nodes = 2;
  launch.manifest.resources.ranks_per_node = 3;
  launch.manifest.resources.gpus_per_node = 3;
  launch.dataset_directory = "/scratch/d";
  launch.manifest.data.emplace().format = "raw";
  auto variables = run_variables(launch);
  EXPECT_EQ(variables["DATA_DIR"], "/scratch/d/files");
  EXPECT_EQ(variables["TRAINING_ID"], "training-7");
  EXPECT_EQ(variables["NUM_LEARNERS"], "6");
  EXPECT_EQ(variables["GPU_COUNT"], "3");
  EXPECT_EQ(variables["MODEL_DIR"], launch.directory + "/model");
  EXPECT_EQ(variables["COLOUR"], "red");
}

TEST(RunVariables, OfABatchScriptNameTheJobAsItDoes) {
  Launch launch;
  ScriptSpec script;
  script.job_name = "a name";
  launch.manifest.program = script;
  auto variables = run_variables(launch);
  EXPECT_EQ(variables["SLURM_JOB_NAME"], "a name");
  EXPECT_FALSE(variables.contains("GPU_COUNT"));
}

TEST(ProgramOf, QuotesACommandSoThatItsRanksSeeItAsWritten) {
  AgentFixture fixture;
  CommandSpec command;
  command.run = "echo 'a b' \"$X\"";
  command.launcher = Launcher::srun;
  const Program program = program_of(fixture.launch(command), {}, "");
  ASSERT_EQ(program.arguments.size(), 3u);
  EXPECT_THAT(program.arguments[2], HasSubstr(R"(echo '\''a b'\'' "$X"')"));
}

TEST(ProgramOf, TellsMpirunWhichVariablesReachEveryRank) {
  AgentFixture fixture;
  Launch launch = fixture.launch({});
  launch.manifest.program = TrainSpec{};
  const Program program = program_of(launch, {{"DATA_DIR", "/d"}}, "/run/settings.json");
  EXPECT_THAT(program.arguments, testing::Contains("DATA_DIR"));
  EXPECT_EQ(program.arguments.back(), "/run/settings.json");
  EXPECT_NE(program.terminate_as, 0);
}

TEST(LastLines, AreTheLastOnesAndShort) {
  AgentFixture fixture;
  std::string log;
  for (int i = 0; i < 20'000; ++i) log += "line " + std::to_string(i) + "\n";
  write_atomically(fixture.path("log"), log + std::string(5'000, 'x'));
  const std::vector<std::string> lines = last_lines(fixture.path("log"), 3);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1], "line 19999");
  EXPECT_EQ(lines[2].size(), 1'000u);
  EXPECT_TRUE(last_lines(fixture.path("none"), 3).empty());
}

TEST(PathBelow, RefusesKeysThatWouldLeaveTheFolder) {
  EXPECT_EQ(path_below("/d", "a/b.txt"), "/d/a/b.txt");
  for (const char* key : {"", "/a", "..", "a/../b", "a/", "./a", "a//../b", "a//b"})
    EXPECT_THROW(path_below("/d", key), Error);
}

TEST(WithRetries, TriesAgainOnlyWhatMayWorkLaterAndNotForever) {
  int tries = 0;
  auto away = [&]() -> int { throw Error(ErrorKind::unavailable, "away " + std::to_string(++tries)); };
  EXPECT_THROW(with_retries({1ms, 7ms}, away), Error);
  EXPECT_EQ(tries, 4);  // the first try, and one each after 1, 2 and 4 ms
  auto refused = [&]() -> int { throw Error(ErrorKind::denied, "no " + std::to_string(++tries)); };
  EXPECT_THROW(with_retries({1ms, 7ms}, refused), Error);
  EXPECT_EQ(tries, 5);
}

}  // namespace
}  // namespace trainyard
