// The train job of a batch script is what sbatch would have submitted from the same directory.
#include "daemon/run/script_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/manifest/read_manifest.h"

namespace trainyard {
namespace {

using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::Not;
using ::testing::StartsWith;

struct AScript : ::testing::Test {
  ScriptSpec read(const std::string& options) {
    auto script = std::get<ScriptSpec>(
        read_manifest("#!/bin/sh\n#SBATCH " + options + "\ntrue\n", "job.sh").at(0).program);
    script.origin = ScriptOrigin{"/home/ada/job.sh", "/home/ada", "login1", 027, {{"EDITOR", "vi"}}};
    return script;
  }
  JobRequest request(const std::string& options) {
    JobRequest request;
    request.script = "#!/bin/sh\nexec agent run launch.json\n";
    request.comment = "run 1";
    describe_script(request, read(options), from_unix(1'000), "/scratch/log");
    return request;
  }
};

TEST_F(AScript, RunsWhereItWasSubmittedWithItsOwnFiles) {
  const JobRequest job = request("-o %x-%j.out -J 50%");
  EXPECT_EQ(job.working_directory, "/home/ada");
  EXPECT_EQ(job.command, "/home/ada/job.sh");
  EXPECT_EQ(job.batch_options, Json({{"output", "50%%-%j.out"}}));
  EXPECT_THAT(job.script, EndsWith("launch.json 3>&1 4>&2 >>'/scratch/log' 2>&1\n"));
}

TEST_F(AScript, RunsInTheDirectoryOfChdir) {
  EXPECT_EQ(request("-D sub").working_directory, "/home/ada/sub");
  EXPECT_EQ(request("-D /tmp").working_directory, "/tmp");
}

TEST_F(AScript, FindsTheVariablesThatExportNamesAndSlurms) {
  const std::vector<std::string> found = script_environment(read("--export=A=1,EDITOR -n 3 -c 2"));
  for (const char* variable :
       {"A=1", "EDITOR=vi", "SLURM_EXPORT_ENV=A=1,EDITOR", "SLURM_NTASKS=3", "SLURM_CPUS_PER_TASK=2",
        "SLURM_SUBMIT_DIR=/home/ada", "SLURM_SUBMIT_HOST=login1", "SLURM_UMASK=0027", "SLURM_GET_USER_ENV=1"})
    EXPECT_THAT(found, Contains(variable));
  EXPECT_THAT(script_environment(read("-n 3")), Not(Contains(StartsWith("SLURM_EXPORT_ENV"))));
}

TEST_F(AScript, BeginsAsMuchLaterAsItSaysThanItWasAccepted) {
  EXPECT_EQ(request("--begin=now+1hour").batch_options.at("begin"), 4'600);
}

TEST_F(AScript, LeavesOutItsOwnNodesAndThoseThatFailedIt) {
  JobRequest job;
  job.exclude_nodes = "n3";
  describe_script(job, read("-x n1"), from_unix(0), "/log");
  EXPECT_EQ(job.exclude_nodes, "n1,n3");
}

TEST_F(AScript, SaysItsCommentBehindTheRunsUnlessItIsEmpty) {
  EXPECT_EQ(request("--comment=mine").comment, "run 1: mine");
  EXPECT_EQ(request("--comment=").comment, "run 1");
}

TEST_F(AScript, OfAnArrayKnowsItsTask) {
  const ScriptSpec script = read("--array=4-6:2");
  EXPECT_THAT(script_environment(script), Contains("SLURM_ARRAY_TASK_ID=4"));
  EXPECT_EQ(fill_pattern("%A_%a.out", script), "%A_4.out");
}

}  // namespace
}  // namespace trainyard
