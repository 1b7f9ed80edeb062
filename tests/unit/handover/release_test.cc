// Tests that this release reads the files that daemon and agents of earlier releases wrote, because a job can
// outlive the release that submitted it. A folder for each release has the files as that release wrote them.
#include <gtest/gtest.h>

#include "daemon/base/fd.h"
#include "daemon/handover/handover.h"
#include "daemon/handover/layout.h"

namespace trainyard {
namespace {

const UtcSeconds end_of_the_program = from_unix(1'511'438'407);

class FilesOfRelease : public ::testing::TestWithParam<const char*> {
 protected:
  static Json file(const std::string& name) {
    const std::string path = std::string(TRAINYARD_TEST_HANDOVER "/") + GetParam() + '/' + name;
    return parse_json(read_file(path, most_launch_bytes), path);
  }
};

// The case of an agent of this release, on a node that was upgraded while the job waited in the queue.
TEST_P(FilesOfRelease, StartTheJobsThatItsDaemonSubmitted) {
  Launch launch = launch_from_json(file(layout::launch_file));
  EXPECT_EQ(launch.run_id, 42);
  EXPECT_EQ(launch.attempt, 3);
  EXPECT_EQ(launch.token, "ty-1-42.3-train");
  EXPECT_EQ(launch.dataset_digest, "digest");
  EXPECT_TRUE(launch.may_be_tried_again);
  EXPECT_EQ(launch.manifest.resources.gpus(), 8);
  EXPECT_EQ(std::get<CommandSpec>(launch.manifest.program).run, "run\n");
  StageRequest stage = stage_request_from_json(file(layout::stage_file));
  EXPECT_EQ(stage.digest, "digest");
  EXPECT_EQ(stage.data.format, "idx");
}

// The case of a daemon of this release, while agents of the earlier release end their jobs.
TEST_P(FilesOfRelease, TellHowTheJobsOfItsAgentsEnded) {
  Claim claim = claim_from_json(file(layout::claim_file));
  EXPECT_EQ(claim.job_id, 77u);
  EXPECT_EQ(claim.restarts, 2);
  StartEvidence start = start_evidence_from_json(file(layout::start_file));
  EXPECT_EQ(start.hosts, (std::vector<std::string>{"n1", "n2"}));
  EXPECT_EQ(start.gpus, 8);
  ExitEvidence exit = exit_evidence_from_json(file(layout::exit_file));
  EXPECT_EQ(exit.exit_code, 3);
  EXPECT_EQ(exit.ended_at, end_of_the_program);
  EXPECT_EQ(exit.last_lines, (std::vector<std::string>{"a", "b"}));
  StoreEvidence stored = store_evidence_from_json(file(layout::stored_file));
  EXPECT_TRUE(stored.ok);
  EXPECT_EQ(stored.objects, 5);
  EXPECT_FALSE(stored.waits_for_credentials);
  StageEvidence staged = stage_evidence_from_json(file(layout::staged_file));
  EXPECT_TRUE(staged.ok);
  EXPECT_EQ(staged.samples, 1437);
  EXPECT_FALSE(staged.waits_for_credentials);
}

INSTANTIATE_TEST_SUITE_P(Kept, FilesOfRelease, ::testing::Values("release_0.1"));

}  // namespace
}  // namespace trainyard
