#include "daemon/deputy/wire.h"

#include <gtest/gtest.h>

namespace trainyard {
namespace {

// Returns the JSON as the other side reads it: written as text and parsed.
Json sent(const Json& json) { return parse_json(json.dump(), "the test"); }

TEST(TheWire, KeepsAJobRequest) {
  JobRequest request;
  request.token = "ty-cafe-7.1-train";
  request.uid = 1001;
  request.gid = 100;
  request.tasks = {0, 1, 5};
  request.script = "#!/bin/sh\n";
  request.environment = {"A=b", "C=d e"};
  request.nodes = 2;
  request.memory_bytes_per_node = std::int64_t{3} << 40;
  request.gpus_per_node = 4;
  request.gpu_type = "k40";
  request.time_limit = std::chrono::hours(48);
  request.dependency = JobDependency{JobDependency::Kind::after_each, 77};
  request.held = true;
  request.batch_options = {{"nice", 5}};
  JobRequest read = wire::job_request_from_json(sent(wire::to_json(request)));
  EXPECT_EQ(wire::to_json(read), wire::to_json(request));
  EXPECT_EQ(read.tasks, request.tasks);
  EXPECT_EQ(read.dependency->job_id, 77u);
  EXPECT_EQ(read.time_limit, request.time_limit);
}

TEST(TheWire, KeepsWhatWasFound) {
  FilesFound found;
  found.has_directory = true;
  found.files["exit.json"] = {"{}", ""};
  found.files["claim"] = {std::nullopt, "is a FIFO"};
  FilesFound read = wire::files_found_from_json(sent(wire::to_json(found)));
  EXPECT_TRUE(read.has_directory);
  EXPECT_EQ(read.files["exit.json"].text, "{}");
  EXPECT_EQ(read.files["claim"].text, std::nullopt);
  EXPECT_EQ(read.files["claim"].problem, "is a FIFO");
}

TEST(TheWire, KeepsScratch) {
  ScratchRoot root{"/scratch", "/scratch/ada/t", Mount{"nfs:/s", "nfs4"}};
  ScratchRoot read = wire::scratch_root_from_json(sent(wire::to_json(root)));
  EXPECT_EQ(read.path, root.path);
  EXPECT_EQ(read.mount, root.mount);
}

TEST(TheWire, BringsAQueuedJobAndWhatWasSaidOfItAsOneLine) {
  QueuedJob read = wire::queued_job_from_json(sent(wire::to_json(QueuedJob{77, "welcome\n\x1b[2J"})));
  EXPECT_EQ(read.job_id, 77u);
  EXPECT_EQ(read.said, "welcome??[2J");
}

TEST(TheWire, BringsThatThereIsNoRoom) {
  EXPECT_THROW(wire::throw_error_in(sent(wire::to_json(NoRoom("MaxSubmitJobs")))), NoRoom);
}

TEST(TheWire, BringsAnErrorWithItsKindAndNothingThatSteersATerminal) {
  try {
    wire::throw_error_in(sent(wire::to_json(Error(ErrorKind::denied, "no\n\x1b[2J way"))));
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::denied);
    EXPECT_EQ(std::string(e.what()).find_first_of("\n\x1b"), std::string::npos);
  }
}

}  // namespace
}  // namespace trainyard
