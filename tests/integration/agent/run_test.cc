// `trainyard-agent run` with real programs and a real mpirun.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "daemon/base/archive.h"
#include "daemon/handover/claim.h"
#include "tests/integration/agent/agent_process.h"
#include "tests/unit/agent/agent_fixture.h"

namespace trainyard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Run : public testing::Test, protected AgentFixture {
 protected:
  std::string attempt(const std::string& name) const { return path("runs/7/attempts/1/" + name); }
  std::string log() const { return read_file(attempt("logs/training-log.txt")); }
  ExitEvidence exit() const { return exit_evidence_from_json(evidence(layout::exit_file)); }
  Launch launch_of(const std::string& script, Launcher launcher = Launcher::single) {
    CommandSpec command;
    command.run = script;
    command.launcher = launcher;
    return launch(command);
  }
  int run(const Launch& launch) { return AgentProcess({"run", write(launch)}).wait(); }
  // Makes a FIFO into which the program writes once it runs; the test waits by reading it. Returns its path.
  std::string make_fifo() const {
    const std::string name = path("fifo");
    EXPECT_EQ(::mkfifo(name.c_str(), 0600), 0);
    return name;
  }
};

TEST_F(Run, TheProgramSeesItsEnvironmentAndLeavesEvidence) {
  // The agent writes the first heartbeat only after the program has begun, so the program waits for it.
  Launch launch = launch_of(
      "echo $TRAINING_ID $LEARNER_ID of $NUM_LEARNERS; pwd; echo done > $RESULT_DIR/r; "
      "until [ -e $RESULT_DIR/../heartbeat ]; do sleep 0.01; done; exit 3");
  EXPECT_EQ(run(launch), 3);
  EXPECT_EQ(log(), "training-7 1 of 1\n" + attempt("model") + "\n");
  EXPECT_EQ(read_file(attempt("results/r")), "done\n");
  EXPECT_EQ(exit().exit_code, 3);
  EXPECT_EQ(exit().claim.job_id, 77u);
  EXPECT_THAT(exit().last_lines, ElementsAre("training-7 1 of 1", attempt("model")));
  EXPECT_THAT(start_evidence_from_json(evidence(layout::start_file)).hosts, ElementsAre("n1", "n2"));
  EXPECT_TRUE(std::filesystem::exists(attempt("heartbeat")));
}

TEST_F(Run, ARankWhoseAttemptIsGivenUpIsEndedWhereverItIs) {
  const std::string fifo = make_fifo();
  take_claim(path("runs/7/attempts/1"), {"yard", 77, 0, "n1", now()});
  AgentProcess rank({"rank", "--", "sh", "-c", "echo up >" + fifo + "; exec sleep 60"},
                    {{"SLURM_PROCID", "1"}, {"TRAINYARD_ATTEMPT", path("runs/7/attempts/1")}});
  EXPECT_EQ(read_file_or_pipe(fifo, 1 << 10), "up\n");
  revoke_claim(path("runs/7/attempts/1"), now());
  EXPECT_EQ(rank.wait(), 128 + SIGTERM);
}

TEST_F(Run, ARankOfAnAttemptThatNobodyHoldsDoesNotBegin) {
  revoke_claim(path("runs/7/attempts/1"), now());
  AgentProcess rank({"rank", "--", "touch", path("begun")},
                    {{"SLURM_PROCID", "1"}, {"TRAINYARD_ATTEMPT", path("runs/7/attempts/1")}});
  EXPECT_EQ(rank.wait(), 75);
  EXPECT_FALSE(has("begun"));
}

TEST_F(Run, ARanksWatchLetsGoOfItsOutputAndOfItsChildren) {
  take_claim(path("runs/7/attempts/1"), {"yard", 77, 0, "n1", now()});
  // `wait` waits for all children of the shell: the watch must not be among them. `cat` ends only if the
  // watch does not hold the output open.
  const std::string agent = AGENT_PROGRAM;
  const std::string output = path("output");
  AgentProcess shell(
      {"rank", "--", "sh", "-c", agent + " rank -- sh -c 'true & wait; echo done' | cat >" + output},
      {{"SLURM_PROCID", "1"}, {"TRAINYARD_ATTEMPT", path("runs/7/attempts/1")}});
  EXPECT_EQ(shell.wait(), 0);
  EXPECT_EQ(read_file(output), "done\n");
}

TEST_F(Run, UnderMpirunEveryRankIsALearnerOfItsOwn) {
  Launch launch = launch_of("echo learner $LEARNER_ID of $NUM_LEARNERS in \"$RESULT_DIR\"", Launcher::mpi);
  launch.manifest.resources.ranks_per_node = 2;
  // Has mpirun start all ranks on this machine instead of the nodes n1 and n2.
  AgentProcess agent(
      {"run", write(launch)},
      {{"OMPI_MCA_ras", "^slurm"}, {"OMPI_MCA_plm", "isolated"}, {"OMPI_MCA_rmaps_base_oversubscribe", "1"}});
  EXPECT_EQ(agent.wait(), 0) << log();
  EXPECT_THAT(log(), HasSubstr("learner 1 of 2 in " + attempt("results")));
  EXPECT_THAT(log(), HasSubstr("learner 2 of 2 in " + attempt("results")));
}

TEST_F(Run, SetupComesBeforeTheProgram) {
  CommandSpec command;
  command.run = "echo $FROM_SETUP $COLOUR";
  command.setup = "export FROM_SETUP='a b'";
  command.environment = {{"COLOUR", "red $HOME"}};
  EXPECT_EQ(run(launch(command)), 0);
  EXPECT_EQ(log(), "a b red $HOME\n");
}

TEST_F(Run, CodeIsUnpackedWhereTheProgramRuns) {
  put("code/train.sh", "echo trained\n");
  pack_folder(path("bucket/code"), path("runs/7/code.tar"), 1 << 20);
  Launch launch = launch_of("sh train.sh");
  launch.code_archive = path("runs/7/code.tar");
  EXPECT_EQ(run(launch), 0);
  EXPECT_EQ(log(), "trained\n");
}

TEST_F(Run, TheProgramFindsTheCheckpointOfTheAttemptBefore) {
  std::filesystem::create_directories(path("runs/6/attempts/1/checkpoint"));
  write_atomically(path("runs/6/attempts/1/checkpoint/saved"), "step 2\n");
  Launch launch = launch_of("cat $CHECKPOINT_DIR/saved; echo step 3 >$CHECKPOINT_DIR/saved");
  launch.checkpoint_from = path("runs/6/attempts/1/checkpoint");
  EXPECT_EQ(run(launch), 0);
  EXPECT_EQ(log(), "step 2\n");
  EXPECT_EQ(read_file(path("runs/6/attempts/1/checkpoint/saved")), "step 2\n");
}

TEST_F(Run, WithoutALaunchFileThatCanBeReadTheJobAsksForAnother) {
  EXPECT_EQ(AgentProcess({"run", path("nothing/launch.json")}).wait(), 75);
  EXPECT_EQ(AgentProcess({"run", make_fifo()}).wait(), 75);
  EXPECT_EQ(AgentProcess({"run", path("bucket")}).wait(), 75);
  write_atomically(path("empty"), "");
  EXPECT_EQ(AgentProcess({"run", path("empty")}).wait(), 75);
  EXPECT_EQ(AgentProcess({"store", path("empty")}).wait(), 75);
  EXPECT_EQ(AgentProcess({"stage", path("empty")}).wait(), 75);
}

TEST_F(Run, AProgramEndedByASignalIsToldSo) {
  EXPECT_EQ(run(launch_of("kill -KILL $$")), 137);
  EXPECT_EQ(exit().signal, SIGKILL);
  EXPECT_THAT(exit().message, HasSubstr("Killed"));
}

TEST_F(Run, TerminationReachesTheProgramAndItsAnswerIsKept) {
  const std::string fifo = make_fifo();
  AgentProcess agent(
      {"run", write(launch_of("trap 'echo saved; exit 75' TERM; echo up > " + fifo + "; sleep 60 & wait"))});
  EXPECT_EQ(read_file_or_pipe(fifo, 1 << 10), "up\n");
  agent.signal(SIGTERM);
  EXPECT_EQ(agent.wait(), 75);
  EXPECT_EQ(log(), "saved\n");
  EXPECT_EQ(exit().exit_code, 75);
}

TEST_F(Run, ASecondJobOfTheAttemptTouchesNothing) {
  const std::string fifo = make_fifo();
  const std::string file = write(launch_of("echo once; echo up > " + fifo + "; sleep 60 & wait"));
  AgentProcess holder({"run", file});
  EXPECT_EQ(read_file_or_pipe(fifo, 1 << 10), "up\n");
  EXPECT_EQ(AgentProcess({"run", file}, {{"SLURM_JOB_ID", "78"}}).wait(), 0);
  EXPECT_FALSE(std::filesystem::exists(attempt("exit.json")));
  holder.signal(SIGTERM);
  EXPECT_EQ(holder.wait(), 128 + SIGTERM);
  EXPECT_EQ(log(), "once\n");
  EXPECT_EQ(exit().claim.job_id, 77u);
}

TEST_F(Run, AnAttemptTakenOverLeavesNoEvidenceOfItsOwn) {
  const std::string fifo = make_fifo();
  AgentProcess first({"run", write(launch_of("echo up > " + fifo + "; sleep 60 & wait"))});
  EXPECT_EQ(read_file_or_pipe(fifo, 1 << 10), "up\n");
  take_claim(path("runs/7/attempts/1"), {"yard", 77, 1, "n2", now()});
  first.signal(SIGTERM);
  EXPECT_EQ(first.wait(), 75);
  EXPECT_FALSE(std::filesystem::exists(attempt("exit.json")));
}

TEST_F(Run, MissingDataAreARetryAndNothingStarts) {
  Launch launch = launch_of("echo never");
  launch.dataset_directory = path("data");
  launch.manifest.data.emplace().format = "raw";
  EXPECT_EQ(run(launch), 75);
  EXPECT_TRUE(exit().data_missing);
  EXPECT_FALSE(std::filesystem::exists(attempt("logs/training-log.txt")));
}

TEST_F(Run, CodeThatIsNoArchiveFailsWithItsName) {
  write_atomically(path("runs/7/code.tar"), "no tar at all");
  Launch launch = launch_of("echo never");
  launch.code_archive = path("runs/7/code.tar");
  EXPECT_EQ(run(launch), 2);
  EXPECT_THAT(exit().message, HasSubstr("code.tar"));
}

}  // namespace
}  // namespace trainyard
