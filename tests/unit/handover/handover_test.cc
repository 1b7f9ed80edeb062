// Tests that each file between daemon and agent is read back as it was written. Each field below differs from
// its default, so that a field that is not written or not read fails the test.
#include "daemon/handover/handover.h"

#include <gtest/gtest.h>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

const UtcSeconds noon = from_unix(1'511'438'400);

Claim a_claim() { return {"yard", 4'294'967'295U, 2, "n1", noon, true}; }

DataSpec some_data() {
  return {"file:///a/", "idx",      "file:///l", Json{{"shape", {1, 8, 8}}}, 0.0625, 0.1,
          "s3://b/t",   "s3://b/l", 7,           {"cellar", "mine"}};
}

Manifest a_manifest() {
  Manifest manifest;
  manifest.name = "m";
  manifest.data = some_data();
  manifest.results_target = "file:///r/";
  manifest.resources = {2, 4, "k40", 3, 5, 6, std::chrono::seconds{60}, "p", "a", "q", "free"};
  manifest.retry = {3, {Cause::time_limit}, std::chrono::seconds{90}};
  manifest.program = CommandSpec{"run\n", "setup", "./src", Launcher::srun, {{"A", "b"}}};
  manifest.sweep = {{"lr", "0.10"}};
  return manifest;
}

StoreAccess some_access() {
  StoreAccess access;
  access.settings = {"cellar",  "https://h:1", "eu", StoreSettings::Style::path,
                     "/ca.pem", "http://p:1",  3,    65536};
  access.credentials_file = "/s/credentials";
  access.credential = "mine";
  return access;
}

// Writes the JSON as text and reads it back, as the other side does.
template <class Read>
auto read_back(const Json& json, Read read) {
  return read(parse_json(json.dump(), "the test"));
}

TEST(TheHandover, KeepsAStageRequest) {
  StageRequest written{"d", "/scratch/d", some_data(), some_access(), {}, {}};
  StageRequest read = read_back(to_json(written), stage_request_from_json);
  EXPECT_EQ(read.digest, "d");
  EXPECT_EQ(read.directory, "/scratch/d");
  EXPECT_EQ(read.data, written.data);
  EXPECT_EQ(read.store, written.store);
}

TEST(AStoreOfTheReleaseBefore, HasNoLimitOfBytesPerSecond) {
  Json json = to_json(some_access());
  json.erase("bytes_per_second");
  EXPECT_EQ(read_back(json, store_access_from_json).settings.bytes_per_second, 0);
}

TEST(TheHandover, KeepsTheEvidenceOfStaging) {
  StageEvidence written{true, true, "no space", 1LL << 40, 1437, 360, noon, true};
  StageEvidence read = read_back(to_json(written), stage_evidence_from_json);
  EXPECT_TRUE(read.ok && read.try_again && read.waits_for_credentials);
  EXPECT_EQ(read.message, "no space");
  EXPECT_EQ(read.size_bytes, 1LL << 40);
  EXPECT_EQ(read.samples, 1437);
  EXPECT_EQ(read.test_samples, 360);
  EXPECT_EQ(read.at, noon);
}

TEST(TheHandover, KeepsTheProgressOfAStaging) {
  const StageProgressNote written{.fetched_bytes = 7,
                                  .size_bytes = 9,
                                  .objects = 2,
                                  .elapsed_seconds = 1.5,
                                  .earlier_bytes = 3,
                                  .at = noon};
  Json json = to_json(written);
  EXPECT_EQ(to_json(read_back(json, stage_progress_from_json)), json);
  json.erase("earlier_bytes");  // as the release 0.1 writes it
  EXPECT_EQ(stage_progress_from_json(json).earlier_bytes, 0);
}

TEST(TheHandover, KeepsALaunchWithItsManifest) {
  Launch written{42,
                 3,
                 "ty-1-42.3-train",
                 "m",
                 "/s/runs/42/attempts/3",
                 "/s/runs/42/code.tar",
                 "/s/d",
                 "digest",
                 "/s/runs/42/attempts/2/checkpoint",
                 true,
                 some_access(),
                 {},
                 a_manifest()};
  Launch read = read_back(to_json(written), launch_from_json);
  EXPECT_EQ(read.data_store, written.data_store);
  EXPECT_EQ(read.results_store, StoreAccess{});
  EXPECT_EQ(read.run_id, 42);
  EXPECT_EQ(read.attempt, 3);
  EXPECT_EQ(read.token, written.token);
  EXPECT_EQ(read.name, "m");
  EXPECT_EQ(read.directory, written.directory);
  EXPECT_EQ(read.code_archive, written.code_archive);
  EXPECT_EQ(read.dataset_directory, "/s/d");
  EXPECT_EQ(read.dataset_digest, "digest");
  EXPECT_EQ(read.checkpoint_from, "/s/runs/42/attempts/2/checkpoint");
  EXPECT_TRUE(read.may_be_tried_again);
  EXPECT_EQ(read.manifest, written.manifest);
}

TEST(TheHandover, KeepsAClaimAndTheEvidenceOfAStart) {
  StartEvidence read =
      read_back(to_json(StartEvidence{a_claim(), {"n1", "n2"}, 8, noon}), start_evidence_from_json);
  EXPECT_EQ(to_json(read.claim), to_json(a_claim()));
  EXPECT_EQ(read.claim.job_id, 4'294'967'295U);
  EXPECT_EQ(read.hosts, (std::vector<std::string>{"n1", "n2"}));
  EXPECT_EQ(read.gpus, 8);
  EXPECT_EQ(read.at, noon);
}

TEST(TheHandover, KeepsTheEvidenceOfAnEnd) {
  ExitEvidence written{a_claim(),    3, 9, "killed", true, true, noon, noon + std::chrono::seconds{7}, 7.25,
                       {"a", "b\tc"}};
  ExitEvidence read = read_back(to_json(written), exit_evidence_from_json);
  EXPECT_EQ(to_json(read.claim), to_json(a_claim()));
  EXPECT_EQ(read.exit_code, 3);
  EXPECT_EQ(read.signal, 9);
  EXPECT_EQ(read.message, "killed");
  EXPECT_TRUE(read.data_missing && read.warned);
  EXPECT_EQ(read.started_at, noon);
  EXPECT_EQ(read.ended_at, noon + std::chrono::seconds{7});
  EXPECT_EQ(read.elapsed_seconds, 7.25);
  EXPECT_EQ(read.last_lines, written.last_lines);
}

TEST(TheHandover, TakesWhateverBytesAProgramWrote) {
  ExitEvidence written;
  written.last_lines = {"caf\xE9", "caf\xC3\xA9"};
  EXPECT_EQ(read_back(to_json(written), exit_evidence_from_json).last_lines,
            (std::vector<std::string>{"caf\xEF\xBF\xBD", "caf\xC3\xA9"}));
}

TEST(TheHandover, KeepsTheEvidenceOfStoring) {
  StoreEvidence read =
      read_back(to_json(StoreEvidence{true, true, "later", 5, 6, noon, true}), store_evidence_from_json);
  EXPECT_TRUE(read.ok && read.try_again && read.waits_for_credentials);
  EXPECT_EQ(read.message, "later");
  EXPECT_EQ(read.objects, 5);
  EXPECT_EQ(read.size_bytes, 6);
  EXPECT_EQ(read.at, noon);
}

std::string refusal(const Json& json) {
  try {
    claim_from_json(json);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid);
    return error.what();
  }
  return "";
}

TEST(TheHandover, RefusesAFileOfAnotherRelease) {
  Json json = to_json(a_claim());
  json["version"] = 2;
  EXPECT_EQ(refusal(json), "version: this release reads 1, not 2; daemon and agents must be of one release");
}

TEST(TheHandover, NamesTheKeyThatIsMissingOrWrong) {
  Json json = to_json(a_claim());
  json["job_id"] = -1;
  EXPECT_EQ(refusal(json), "job_id: out of range");
  json.erase("cluster");
  EXPECT_EQ(refusal(json), "cluster: missing");
  EXPECT_EQ(refusal(Json::array()), "version: looked for in something that is not an object");
}

template <class Value>
Json with(const Value& value, const char* key, const Json& other) {
  Json json = to_json(value);
  json[key] = other;
  return json;
}

template <class Value>
bool is_refused(Value (*read)(const Json&), const Json& json) {
  try {
    read(json);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid);
    return true;
  }
  return false;
}

// Expects that `read` accepts the number of `key` from `least` to `most`, and refuses all others.
template <class Value>
void expect_bounds(const Value& good, Value (*read)(const Json&), const char* key, std::int64_t least,
                   std::int64_t most) {
  SCOPED_TRACE(key);
  EXPECT_FALSE(is_refused(read, with(good, key, least)));
  EXPECT_FALSE(is_refused(read, with(good, key, most)));
  EXPECT_TRUE(is_refused(read, with(good, key, least - 1)));
  EXPECT_TRUE(is_refused(read, with(good, key, most + 1)));
  EXPECT_TRUE(is_refused(read, with(good, key, 9'000'000'000'000'000'000)));
  EXPECT_TRUE(is_refused(read, with(good, key, 1e300)));
  EXPECT_TRUE(is_refused(read, with(good, key, nullptr)));
}

TEST(Evidence, IsBelievedWithinBoundsOnly) {
  constexpr std::int64_t most_bytes = std::int64_t{1} << 60;
  expect_bounds(a_claim(), claim_from_json, "restarts", 0, 1'000'000);
  const StartEvidence start{a_claim(), {"n1"}, 8, noon};
  expect_bounds(start, start_evidence_from_json, "gpus", 0, 1'000'000);
  ExitEvidence exit;
  exit.claim = a_claim();
  expect_bounds(exit, exit_evidence_from_json, "exit_code", 0, 255);
  expect_bounds(exit, exit_evidence_from_json, "signal", 0, 127);
  expect_bounds(StageEvidence{}, stage_evidence_from_json, "size_bytes", 0, most_bytes);
  expect_bounds(StageEvidence{}, stage_evidence_from_json, "samples", 0, std::int64_t{1} << 53);
  expect_bounds(StageEvidence{}, stage_evidence_from_json, "test_samples", 0, std::int64_t{1} << 53);
  expect_bounds(StoreEvidence{}, store_evidence_from_json, "objects", 0, std::int64_t{1} << 32);
  expect_bounds(StoreEvidence{}, store_evidence_from_json, "size_bytes", 0, most_bytes);
  for (double seconds : {-1.0, 1e18, 1e308})
    EXPECT_TRUE(is_refused(exit_evidence_from_json, with(exit, "elapsed_seconds", seconds)));
}

TEST(Evidence, SpeaksOfNoTimeThatIsStillToCome) {
  const StartEvidence start{a_claim(), {"n1"}, 8, noon};
  const std::int64_t year_2100 = 4'102'444'800;
  for (std::int64_t never :
       {std::int64_t{-1}, year_2100, to_unix(now()) + 2 * 3600, std::int64_t{9'000'000'000'000'000'000}}) {
    SCOPED_TRACE(never);
    EXPECT_TRUE(is_refused(claim_from_json, with(a_claim(), "at", never)));
    EXPECT_TRUE(is_refused(start_evidence_from_json, with(start, "at", never)));
    EXPECT_TRUE(is_refused(exit_evidence_from_json, with(ExitEvidence{}, "started_at", never)));
    EXPECT_TRUE(is_refused(exit_evidence_from_json, with(ExitEvidence{}, "ended_at", never)));
    EXPECT_TRUE(is_refused(stage_evidence_from_json, with(StageEvidence{}, "at", never)));
    EXPECT_TRUE(is_refused(store_evidence_from_json, with(StoreEvidence{}, "at", never)));
    EXPECT_THROW(past_time(never, "heartbeat"), Error);
  }
  EXPECT_FALSE(is_refused(claim_from_json, with(a_claim(), "at", to_unix(now()) + 60)));
}

TEST(Evidence, HoldsNoListOrTextWithoutEnd) {
  const StartEvidence start{a_claim(), {"n1"}, 8, noon};
  const std::string long_text(64 << 10, 'x');
  EXPECT_TRUE(is_refused(claim_from_json, with(a_claim(), "host", long_text)));
  EXPECT_TRUE(is_refused(claim_from_json, with(a_claim(), "cluster", long_text)));
  EXPECT_TRUE(is_refused(start_evidence_from_json, with(start, "hosts", std::vector<Json>(65'537, "n"))));
  EXPECT_TRUE(is_refused(start_evidence_from_json, with(start, "hosts", {long_text})));
  EXPECT_EQ(exit_evidence_from_json(with(ExitEvidence{}, "message", long_text)).message.size(), 16U << 10);
  EXPECT_TRUE(is_refused(exit_evidence_from_json, with(ExitEvidence{}, "last_lines", {long_text})));
  EXPECT_TRUE(
      is_refused(exit_evidence_from_json, with(ExitEvidence{}, "last_lines", std::vector<Json>(21, "l"))));
  EXPECT_TRUE(is_refused(exit_evidence_from_json, with(ExitEvidence{}, "last_lines", "no list")));
}

TEST(Evidence, IsFitToBeShown) {
  ExitEvidence exit;
  exit.message = "ended\033[2J\n<0>panic";
  exit.last_lines = {"\033]0;title\a", "loss\t0.1"};
  const ExitEvidence read = read_back(to_json(exit), exit_evidence_from_json);
  EXPECT_EQ(read.message, "ended?[2J\n<0>panic");
  EXPECT_EQ(read.last_lines, (std::vector<std::string>{"?]0;title?", "loss\t0.1"}));
  EXPECT_EQ(claim_from_json(with(a_claim(), "host", "n1\n<0>")).host, "n1?<0>");
}

}  // namespace
}  // namespace trainyard
