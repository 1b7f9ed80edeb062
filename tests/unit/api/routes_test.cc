#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "daemon/base/digest.h"
#include "daemon/base/fd.h"
#include "daemon/base/user.h"
#include "tests/unit/api/office.h"

namespace trainyard {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Office;

const UtcSeconds noon = from_unix(1'795'431'600);
const UtcSeconds a_minute_later = noon + std::chrono::seconds(60);
constexpr uid_t stranger = 65534;
const uid_t me = ::geteuid();  // an admin, because the daemon runs as this user

const std::string command_manifest = R"(name = "hello"
[results]
target = "file:///srv/results/"
[command]
run = "true"
)";

Manifest manifest_named(const std::string& name, int gpus = 1) {
  Manifest manifest;
  manifest.name = name;
  manifest.results_target = "file:///srv/results/";
  manifest.resources.gpus_per_node = gpus;
  manifest.resources.gpu = "k40";
  CommandSpec command;
  command.run = "true";
  manifest.program = command;
  return manifest;
}

std::vector<RunEvent> until_running() {
  JobKey train{"yard", 77, noon}, store{"yard", 78, noon};
  return {event::Admitted{noon, 1}, event::Submitted{noon, train}, event::Released{noon, store},
          event::Started{noon, noon, "n[1-2]"}};
}

// `job_id`: a second run needs another one, else its usage counts as that of the first run, told twice.
std::vector<RunEvent> until_failed(int gpus = 1, std::uint32_t job_id = 77) {
  JobKey train{"yard", job_id, noon};
  event::Ended ended{a_minute_later, JobRole::train, {}};
  ended.job.key = train;
  ended.job.phase = JobPhase::ended;
  ended.job.state = "FAILED";
  event::Settled settled;
  settled.at = a_minute_later;
  settled.reason = "exit code 3";
  settled.exit_code = 3;
  settled.last_lines = {"no such file"};
  settled.segment = Segment{train, 0, "k40", gpus, noon, a_minute_later};
  event::Stored stored;
  stored.at = a_minute_later;
  stored.objects = 3;
  stored.size_bytes = 2048;
  std::vector<RunEvent> events = until_running();
  events.insert(events.end(), {ended, settled, stored});
  return events;
}

std::string submission(const std::string& client_id, const std::string& manifest,
                       Json more = Json::object()) {
  more["client_id"] = client_id;
  more["manifest"] = manifest;
  more["file"] = "hello.toml";
  return more.dump();
}

std::vector<std::int64_t> ids_of(const Json& page) {
  std::vector<std::int64_t> ids;
  for (const Json& run : page.at("runs")) ids.push_back(run.at("id"));
  return ids;
}

class Routes : public ::testing::Test {
 protected:
  Office office_;
};

// ---- finding a route

TEST_F(Routes, DoNotKnowEveryPath) {
  for (const char* path : {"/", "/v1", "/v1/runs/", "/v1/runs/1/", "/v1/runs/1/2/logs", "/v2/status"})
    EXPECT_EQ(office_.ask(me, "GET", path).status, 404) << path;
}

TEST_F(Routes, SayWhichMethodsAPathHas) {
  Response response = office_.ask(me, "DELETE", "/v1/runs");
  EXPECT_EQ(response.status, 405);
  EXPECT_THAT(response.headers, ElementsAre(std::pair<std::string, std::string>("Allow", "POST, GET")));
}

TEST_F(Routes, RefuseAMistypedParameter) {
  Response response = office_.ask(me, "GET", "/v1/runs?stat=live");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("did you mean state?"));
}

TEST_F(Routes, RefuseABodyOfMoreThanAMebibyte) {
  EXPECT_EQ(office_.ask(me, "POST", "/v1/runs", std::string((1 << 20) + 1, 'x')).status, 400);
}

// ---- status

TEST_F(Routes, TellTheDaemonsHealthAndWhatItMeansToTheCaller) {
  for (uid_t uid : {stranger, me})
    ASSERT_EQ(office_.ask(uid, "POST", "/v1/runs", submission("a", command_manifest)).status, 201);
  Json status = office_.ask_json(stranger, "GET", "/v1/status");
  EXPECT_EQ(status["version"], "0.0.1");
  EXPECT_EQ(status["ready"], true);
  EXPECT_EQ(status["drained"], true);
  EXPECT_EQ(status["user"],
            Json({{"uid", stranger}, {"name", user_of(stranger).name}, {"role", "owner"}, {"admin", false}}));
  EXPECT_EQ(status["plans"], Json::array({{{"name", "free"}, {"gpus", 4}, {"per", "user"}, {"in_use", 0}}}));
  EXPECT_EQ(status["runs"], Json({{"queued", 1}}));
}

TEST_F(Routes, LetOnlyAdminsDrainAndResume) {
  EXPECT_EQ(office_.ask(stranger, "POST", "/v1/admin/resume").status, 403);
  EXPECT_EQ(office_.ask(stranger, "GET", "/v1/admin/status").status, 403);
  EXPECT_EQ(office_.ask_json(me, "POST", "/v1/admin/resume"), Json({{"drained", false}}));
  EXPECT_EQ(office_.ask_json(me, "GET", "/v1/admin/status")["drained"], false);
  EXPECT_EQ(office_.ask_json(me, "POST", "/v1/admin/drain"), Json({{"drained", true}}));
  EXPECT_EQ(office_.ask_json(me, "GET", "/v1/admin/status")["since"], 1'795'420'000);
  EXPECT_GT(office_.ask_json(me, "GET", "/v1/admin/status")["longest_stall"]["ms"], 0.0);
}

// ---- submitting

TEST_F(Routes, AcceptAManifestOnceHoweverOftenItIsSent) {
  Response first = office_.ask(me, "POST", "/v1/runs", submission("a", command_manifest));
  EXPECT_EQ(first.status, 201) << first.body;
  Response again = office_.ask(me, "POST", "/v1/runs", submission("a", command_manifest));
  EXPECT_EQ(again.status, 200);
  Json runs = parse_json(first.body, "first")["runs"];
  EXPECT_EQ(runs.size(), 1u);
  EXPECT_EQ(parse_json(again.body, "again")["runs"], runs);
  EXPECT_EQ(parse_json(again.body, "again")["repeated"], true);
}

TEST_F(Routes, KeepTheUmaskOfWhoeverSubmits) {
  for (const auto& [more, umask] : {std::pair(Json::object(), 022), {Json{{"umask", 077}}, 077}}) {
    const Json answer =
        office_.ask_json(me, "POST", "/v1/runs", submission(more.dump(), command_manifest, more));
    EXPECT_EQ(office_.run(answer.at("runs").at(0).get<std::int64_t>()).manifest->umask, umask);
  }
  for (int umask : {-1, 01000}) {
    const Response response =
        office_.ask(me, "POST", "/v1/runs", submission("x", command_manifest, {{"umask", umask}}));
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr("umask: must be a whole number from 0 to 511"));
  }
}

TEST_F(Routes, RefuseAClientIdThatStandsForOtherContents) {
  ASSERT_EQ(office_.ask(me, "POST", "/v1/runs", submission("a", command_manifest)).status, 201);
  std::string other = command_manifest;
  other.replace(other.find("true"), 4, "false");
  const std::vector<std::string> others = {
      submission("a", other), submission("a", command_manifest, {{"code", sha256("the code")}}),
      submission("a", command_manifest, {{"from", {{"path", "/a"}}}}), submission("a", "no manifest")};
  for (const std::string& body : others) {
    Response response = office_.ask(me, "POST", "/v1/runs", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(response.body,
                HasSubstr("client_id: a stands for another submission already, that of run 1"));
  }
  EXPECT_EQ(office_.ask(stranger, "POST", "/v1/runs", submission("a", other)).status, 201);
  EXPECT_EQ(ids_of(office_.ask_json(me, "GET", "/v1/runs")).size(), 2u);
}

TEST_F(Routes, AnswerARepeatedRequestThoughItsSourcesHaveGone) {
  const std::string data = "[data]\nsource = \"file://" + office_.path("folder/") + "\"\nformat = \"raw\"\n";
  std::filesystem::create_directory(office_.path("folder"));
  write_atomically(office_.path("folder/a"), "bytes");
  Response first = office_.ask(me, "POST", "/v1/runs", submission("a", command_manifest + data));
  ASSERT_EQ(first.status, 201) << first.body;
  std::filesystem::remove_all(office_.path("folder"));
  Response again = office_.ask(me, "POST", "/v1/runs", submission("a", command_manifest + data));
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(parse_json(again.body, "again")["count"], 1);
}

TEST_F(Routes, RefuseWhatIsNestedDeeplyWhereverItStands) {
  const std::string deep = std::string(400'000, '[') + std::string(400'000, ']');
  for (const char* key : {"set", "from", "manifest", "unknown"}) {
    Response response = office_.ask(me, "POST", "/v1/runs",
                                    "{\"client_id\":\"a\",\"" + std::string(key) + "\":" + deep + "}");
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr("nested deeper than 64 levels"));
  }
}

TEST_F(Routes, AnswerOthersWhileManifestsAreRead) {
  std::promise<void> go_on;
  office_.occupy_io(go_on.get_future().share());
  std::promise<Response> submitted, rerun;
  std::int64_t run = office_.add_run(me, manifest_named("again"), until_failed());
  office_.begin(me, "POST", "/v1/runs", submission("a", command_manifest), submitted);
  office_.begin(me, "POST", "/v1/runs/" + std::to_string(run) + "/rerun", "{\"client_id\":\"b\"}", rerun);
  EXPECT_EQ(office_.ask(me, "GET", "/v1/status").status, 200);
  std::future<Response> first = submitted.get_future(), second = rerun.get_future();
  EXPECT_EQ(first.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_EQ(second.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  go_on.set_value();
  EXPECT_EQ(first.get().status, 201);
  EXPECT_EQ(second.get().status, 201);
}

TEST_F(Routes, NameEveryProblemOfAManifestAndQueueNothing) {
  std::string wrong =
      "name = 7\n[result]\n[resources]\nnodes = 0\ngpus_per_nodes = 1\n[command]\nrun = \"\"\n";
  Response response = office_.ask(me, "POST", "/v1/runs", submission("a", wrong));
  EXPECT_EQ(response.status, 400);
  Json problems = parse_json(response.body, "answer")["problems"];
  EXPECT_GE(problems.size(), 5u);
  for (const Json& problem : problems) EXPECT_EQ(problem["file"], "hello.toml");
  EXPECT_TRUE(ids_of(office_.ask_json(me, "GET", "/v1/runs")).empty());
}

TEST_F(Routes, QueueNothingOnADryRun) {
  Json body{{"manifest", command_manifest}, {"dry_run", true}};
  Response response = office_.ask(me, "POST", "/v1/runs", body.dump());
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(parse_json(response.body, "answer")["count"], 1);
  EXPECT_TRUE(ids_of(office_.ask_json(me, "GET", "/v1/runs")).empty());
}

TEST_F(Routes, RefuseRootUnlessTheConfigurationSaysSo) {
  office_.settings().allow_root = false;
  Response response = office_.ask(0, "POST", "/v1/runs", submission("a", command_manifest));
  EXPECT_EQ(response.status, 403);
  EXPECT_THAT(response.body, HasSubstr("allow_root"));
}

TEST_F(Routes, RefuseAStoreThatTheSiteDoesNotHave) {
  std::string s3 = command_manifest;
  s3.replace(s3.find("file:///srv"), 11, "s3://bucket");
  s3.replace(s3.find("[results]"), 9, "[results]\nstore = \"cellar\"");
  Response response = office_.ask(me, "POST", "/v1/runs", submission("a", s3));
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("results.store: cellar: this site has no such store"));
}

TEST_F(Routes, TellWhereTheCallersKeysAre) {
  Json answer = office_.ask_json(me, "GET", "/v1/stores");
  EXPECT_EQ(answer["stores"], Json::array());
  EXPECT_TRUE(answer["credentials_file"].get<std::string>().ends_with("/credentials"));
}

TEST_F(Routes, RefuseASubmissionWithoutAnIdOrWithUnknownKeys) {
  EXPECT_EQ(office_.ask(me, "POST", "/v1/runs", submission("", command_manifest)).status, 400);
  EXPECT_EQ(office_.ask(me, "POST", "/v1/runs", submission("two\nlines", command_manifest)).status, 400);
  EXPECT_EQ(
      office_.ask(me, "POST", "/v1/runs", submission("a", command_manifest, {{"dry-run", true}})).status,
      400);
  EXPECT_EQ(
      office_.ask(me, "POST", "/v1/runs", submission("a", command_manifest, {{"set", {{"a", 1}}}})).status,
      400);
  EXPECT_EQ(office_.ask(me, "POST", "/v1/runs", "no JSON").status, 400);
}

TEST_F(Routes, RerunWhatTheCallerOwns) {
  std::int64_t run = office_.add_run(me, manifest_named("again"), until_failed());
  Json answer =
      office_.ask_json(me, "POST", "/v1/runs/" + std::to_string(run) + "/rerun", "{\"client_id\":\"b\"}");
  ASSERT_EQ(answer["runs"].size(), 1u) << answer;
  std::string fresh = "/v1/runs/" + answer["runs"][0].dump();
  EXPECT_EQ(office_.ask_json(me, "GET", fresh)["name"], "again");
  EXPECT_EQ(office_.ask_json(me, "GET", fresh + "/manifest")["file"], "digits.toml");

  const std::string again = "/v1/runs/" + std::to_string(run) + "/rerun";
  EXPECT_EQ(office_.ask_json(me, "POST", again, "{\"client_id\":\"b\"}")["runs"], answer["runs"]);
  EXPECT_EQ(office_.ask(me, "POST", fresh + "/rerun", "{\"client_id\":\"b\"}").status, 400);

  std::int64_t anothers = office_.add_run(stranger, manifest_named("no"), until_failed());
  EXPECT_EQ(
      office_.ask(me, "POST", "/v1/runs/" + std::to_string(anothers) + "/rerun", "{\"client_id\":\"c\"}")
          .status,
      403);
}

TEST_F(Routes, ShowToAdminsHowSlurmDiffersFromThePlansAndSetIt) {
  Json row{{"object", "qos free"},
           {"attribute", "MaxTRESPerUser"},
           {"is", "0"},
           {"should_be", "4"},
           {"done", false},
           {"remedy", ""}};
  EXPECT_EQ(office_.ask_json(me, "GET", "/v1/admin/plans"), Json({{"drift", {row}}}));
  row["done"] = true;
  EXPECT_EQ(office_.ask_json(me, "POST", "/v1/admin/plans"), Json({{"drift", {row}}}));
  EXPECT_EQ(office_.ask_json(me, "GET", "/v1/admin/plans"), Json({{"drift", Json::array()}}));
}

// ---- code

TEST_F(Routes, WantTheCodeThatAManifestNamesUploadedFirst) {
  std::string with_code = command_manifest + "code = \"./src\"\n";
  Json code{{"code", sha256("the code")}};
  EXPECT_EQ(office_.ask(me, "POST", "/v1/runs", submission("a", with_code)).status, 400);
  EXPECT_EQ(office_.ask(me, "POST", "/v1/runs", submission("a", with_code, code)).status, 400);
  EXPECT_EQ(office_.ask(me, "POST", "/v1/runs", submission("a", command_manifest, code)).status, 400);
  office_.ask(me, "PUT", "/v1/code/" + sha256("the code"), "the code");
  EXPECT_EQ(office_.ask(me, "POST", "/v1/runs", submission("a", with_code, code)).status, 201);
}

// ---- looking

TEST_F(Routes, ShowARunToItsOwnerAndToAdmins) {
  std::string path =
      "/v1/runs/" + std::to_string(office_.add_run(stranger, manifest_named("digits", 2), until_failed(2)));
  Json run = office_.ask_json(stranger, "GET", path);
  EXPECT_EQ(run["training_id"], "training-" + run["id"].dump());
  EXPECT_EQ(run["state"], "failed");
  EXPECT_EQ(run["exit_code"], 3);
  EXPECT_EQ(run["reason"], "exit code 3");
  EXPECT_EQ(run["last_lines"], Json({"no such file"}));
  EXPECT_EQ(run["gpu_seconds"], 120);
  EXPECT_EQ(run["nodes"], "n[1-2]");
  EXPECT_EQ(run["data"], Json());
  EXPECT_EQ(run["program"], "command");
  EXPECT_EQ(run["manifest_file"], "digits.toml");
  EXPECT_EQ(run["attempts"][0]["train"]["job_id"], 77);
  EXPECT_EQ(run["events"][0]["event"], "accepted");
  EXPECT_EQ(office_.ask(me, "GET", path).status, 200);
}

TEST_F(Routes, HideARunFromEverybodyElse) {
  std::string path =
      "/v1/runs/" + std::to_string(office_.add_run(me, manifest_named("secret"), until_running()));
  for (const char* part : {"", "/manifest", "/logs", "/metrics", "/results"}) {
    Response response = office_.ask(stranger, "GET", path + part);
    EXPECT_EQ(response.status, 404) << part;
    EXPECT_THAT(response.body, HasSubstr("of yours; trainyard list shows those there are"));
  }
  EXPECT_EQ(office_.ask(stranger, "POST", path + "/cancel").status, 404);
  EXPECT_EQ(office_.ask(stranger, "POST", path + "/rerun", "{\"client_id\":\"x\"}").status, 404);
  EXPECT_TRUE(ids_of(office_.ask_json(stranger, "GET", "/v1/runs")).empty());
}

TEST_F(Routes, RefuseWhatIsNoNumberOfARun) {
  for (const char* id : {"x", "1x", "-", "99999999999999999999"})
    EXPECT_EQ(office_.ask(me, "GET", std::string("/v1/runs/") + id).status, 400) << id;
}

TEST_F(Routes, ListRunsInPagesTheNewestFirst) {
  for (int i = 0; i < 5; ++i) office_.add_run(me, manifest_named("run"));
  Json first = office_.ask_json(me, "GET", "/v1/runs?limit=2");
  EXPECT_EQ(ids_of(first), (std::vector<std::int64_t>{5, 4}));
  Json second = office_.ask_json(me, "GET", "/v1/runs?limit=2&before=" + first["next"].dump());
  EXPECT_EQ(ids_of(second), (std::vector<std::int64_t>{3, 2}));
  Json last = office_.ask_json(me, "GET", "/v1/runs?limit=2&before=" + second["next"].dump());
  EXPECT_EQ(ids_of(last), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(last["next"], Json());
}

TEST_F(Routes, ListRunsOfAStateANameOrAUser) {
  office_.add_run(me, manifest_named("a"));
  office_.add_run(me, manifest_named("b"), until_running());
  office_.add_run(stranger, manifest_named("b"), until_failed());
  EXPECT_EQ(ids_of(office_.ask_json(me, "GET", "/v1/runs")), (std::vector<std::int64_t>{3, 2, 1}));
  EXPECT_EQ(ids_of(office_.ask_json(me, "GET", "/v1/runs?state=live")), (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(ids_of(office_.ask_json(me, "GET", "/v1/runs?state=failed,running")),
            (std::vector<std::int64_t>{3, 2}));
  EXPECT_EQ(ids_of(office_.ask_json(me, "GET", "/v1/runs?name=b")), (std::vector<std::int64_t>{3, 2}));
  EXPECT_EQ(ids_of(office_.ask_json(me, "GET", "/v1/runs?user=" + user_of(stranger).name)),
            (std::vector<std::int64_t>{3}));
  EXPECT_EQ(ids_of(office_.ask_json(stranger, "GET", "/v1/runs")), (std::vector<std::int64_t>{3}));
  EXPECT_EQ(office_.ask(stranger, "GET", "/v1/runs?user=root").status, 403);
  EXPECT_EQ(office_.ask(me, "GET", "/v1/runs?state=sleeping").status, 400);
}

TEST_F(Routes, ListOnlyTheFieldsThatAreAskedFor) {
  office_.add_run(me, manifest_named("a"));
  Json answer = office_.ask_json(me, "GET", "/v1/runs?fields=name,id");
  EXPECT_EQ(answer["runs"][0], Json({{"id", 1}, {"name", "a"}}));
  EXPECT_EQ(office_.ask_json(me, "GET", "/v1/runs")["runs"][0].size(), 20u);
  EXPECT_EQ(office_.ask(me, "GET", "/v1/runs?fields=id,nmae").status, 400);
}

TEST_F(Routes, CancelARun) {
  std::string path =
      "/v1/runs/" + std::to_string(office_.add_run(me, manifest_named("over"), until_failed()));
  Json run = office_.ask_json(me, "POST", path + "/cancel");
  EXPECT_EQ(run["state"], "failed");  // the run was over before
}

TEST_F(Routes, TellWhereResultsAre) {
  std::string id = std::to_string(office_.add_run(me, manifest_named("done"), until_failed()));
  EXPECT_EQ(office_.ask_json(me, "GET", "/v1/runs/" + id + "/results"),
            Json({{"url", "file:///srv/results/training-" + id + "/"},
                  {"stored", true},
                  {"objects", 3},
                  {"size_bytes", 2048}}));
}

// ---- logs

TEST_F(Routes, FollowALogToItsEnd) {
  std::int64_t id = office_.add_run(me, manifest_named("a"), until_failed());
  std::string path = "/v1/runs/" + std::to_string(id) + "/logs";
  std::filesystem::create_directories(office_.attempt_directory(id, 1) + "/logs");
  write_atomically(office_.attempt_directory(id, 1) + "/logs/training-log.txt", "epoch 1\xff\n");
  Json first = office_.ask_json(me, "GET", path + "?max=5");
  EXPECT_EQ(first, Json({{"text", "epoch"}, {"next", 5}, {"size", 9}, {"attempt", 1}, {"over", false}}));
  Json last = office_.ask_json(me, "GET", path + "?from=5");
  EXPECT_EQ(last,
            Json({{"text", " 1\xef\xbf\xbd\n"}, {"next", 9}, {"size", 9}, {"attempt", 1}, {"over", true}}));
}

TEST_F(Routes, AwaitMoreOfTheLogOfARunningRun) {
  std::string id = std::to_string(office_.add_run(me, manifest_named("a"), until_running()));
  EXPECT_EQ(office_.ask_json(me, "GET", "/v1/runs/" + id + "/logs"),
            Json({{"text", ""}, {"next", 0}, {"size", 0}, {"attempt", 1}, {"over", false}}));
  EXPECT_EQ(office_.ask(me, "GET", "/v1/runs/" + id + "/logs?which=diary").status, 400);
  EXPECT_EQ(office_.ask(me, "GET", "/v1/runs/" + id + "/logs?which=stage").status, 404);
}

TEST_F(Routes, GiveMetricsAsTheTrainerWroteThem) {
  std::int64_t id = office_.add_run(me, manifest_named("a"), until_failed());
  std::filesystem::create_directories(office_.attempt_directory(id, 1));
  write_atomically(office_.attempt_directory(id, 1) + "/metrics.jsonl", "{\"epoch\":1}\n{\"ep");
  EXPECT_EQ(office_.ask_json(me, "GET", "/v1/runs/" + std::to_string(id) + "/metrics"),
            Json({{"metrics", {{{"epoch", 1}}}}, {"next", 12}, {"attempt", 1}, {"over", true}}));
}

// ---- accounting

TEST_F(Routes, ReportToEachUserTheirOwnUsageAndToAdminsAll) {
  office_.add_run(stranger, manifest_named("a", 2), until_failed(2));
  office_.add_run(me, manifest_named("b"), until_failed(1, 79));
  Json own =
      office_.ask_json(stranger, "GET", "/v1/report/usage?zone=UTC&by=user,gpu&since=2026-11&until=2027-01");
  EXPECT_EQ(own["rows"], Json::array({{{"keys", {{"user", user_of(stranger).name}, {"gpu", "k40"}}},
                                       {"runs", 1},
                                       {"jobs", 1},
                                       {"gpu_seconds", 120},
                                       {"suspended_gpu_seconds", 0},
                                       {"late_gpu_seconds", 0}}}));
  EXPECT_EQ(own["by"], Json({"user", "gpu"}));
  Json all = office_.ask_json(me, "GET", "/v1/report/usage?since=2026-11&until=2027-01");
  EXPECT_EQ(all["total"]["gpu_seconds"], 180);
  EXPECT_EQ(all["total"]["runs"], 2);
}

// ---- data sets on scratch

class RoutesOfTheCache : public Routes {
 protected:
  RoutesOfTheCache() {
    std::filesystem::create_directory(office_.path("folder"));
    write_atomically(office_.path("folder/a.bin"), "1234567");
    const std::string data =
        "[data]\nsource = \"file://" + office_.path("folder/") + "\"\nformat = \"raw\"\n";
    office_.ask(me, "POST", "/v1/runs", submission("c1", command_manifest + data));
  }
  Json only_one() { return office_.ask_json(me, "GET", "/v1/cache")["data_sets"].at(0); }
  std::string path(const std::string& what = "") {
    return "/v1/cache/" + only_one()["digest"].get<std::string>().substr(0, 12) + what;
  }
};

TEST_F(RoutesOfTheCache, ListDataSetsWithTheRunsThatNeedThem) {
  const Json row = only_one();
  EXPECT_EQ(row["source"], "file://" + office_.path("folder/"));
  EXPECT_EQ(row["format"], "raw");
  EXPECT_EQ(row["source_bytes"], 7);
  EXPECT_EQ(row["runs"], Json::array({1}));
  EXPECT_EQ(row["run_count"], 1);
  EXPECT_EQ(office_.ask_json(me, "GET", path())["digest"], row["digest"]);
  EXPECT_EQ(office_.ask_json(me, "GET", "/v1/cache?user=nobody")["data_sets"], Json::array());
}

TEST_F(RoutesOfTheCache, AreOnlyForTheOwnerAndOperators) {
  EXPECT_EQ(office_.ask_json(stranger, "GET", "/v1/cache")["data_sets"], Json::array());
  EXPECT_EQ(office_.ask(stranger, "GET", path()).status, 404);
  EXPECT_EQ(office_.ask(stranger, "POST", path("/pin")).status, 404);
  EXPECT_EQ(office_.ask(stranger, "POST", path("/drop"), R"({"force": true})").status, 404);
  EXPECT_FALSE(only_one()["pinned"]);
}

TEST_F(RoutesOfTheCache, PinAndUnpin) {
  EXPECT_TRUE(office_.ask_json(me, "POST", path("/pin"))["pinned"]);
  EXPECT_TRUE(only_one()["pinned"]);
  EXPECT_FALSE(office_.ask_json(me, "POST", path("/pin"), R"({"pinned": false})")["pinned"]);
}

TEST_F(RoutesOfTheCache, DropOnlyWhatNoRunNeeds) {
  const Json refused = office_.ask_json(me, "POST", path("/drop"), R"({"force": true})");
  EXPECT_THAT(refused["message"].get<std::string>(), HasSubstr("run 1 needs it"));
  EXPECT_EQ(office_.ask(me, "POST", "/v1/cache/abcdabcd/drop").status, 404);
  EXPECT_EQ(office_.ask(me, "GET", "/v1/cache/abc").status, 400);
}

TEST_F(RoutesOfTheCache, ReportMissesAndHits) {
  const Json total = office_.ask_json(me, "GET", "/v1/report/usage")["data"]["total"];
  EXPECT_EQ(total, Json({{"hits", 0}, {"misses", 1}, {"fetched_bytes", 7}, {"saved_bytes", 0}}));
  EXPECT_EQ(office_.ask_json(stranger, "GET", "/v1/report/usage")["data"]["rows"], Json::array());
}

// ---- accounts

TEST_F(Routes, ReconcileForAdminsWhatTheSchedulerHasOnRecord) {
  office_.add_run(stranger, manifest_named("a", 2), until_failed(2));
  Json books = office_.ask_json(me, "GET", "/v1/admin/reconcile?since=2026-11");
  EXPECT_EQ(books["segments"], 1);
  EXPECT_EQ(books["unexplained"], 1);
  EXPECT_EQ(books["rows"][0]["finding"], "missing_in_slurmdbd");  // the fake scheduler has no job on record
  EXPECT_EQ(books["rows"][0]["gpu_seconds_too_many"], 120);
  EXPECT_EQ(books["rows"][0]["slurmdbd"], Json());
  EXPECT_EQ(office_.ask(stranger, "GET", "/v1/admin/reconcile").status, 403);
}

// Returns a job of that run, on two GPUs for a minute, as the scheduler's accounting has it.
JobStatus recorded_job(const Office& office, std::int64_t run_id, uid_t uid) {
  JobStatus job;
  job.key = {"yard", 77, noon};
  job.token = token_of(office.ledger_id(), run_id, 1, JobRole::train);
  job.uid = uid;
  job.phase = JobPhase::ended;
  job.outcome = JobOutcome::completed;
  job.started_at = noon;
  job.ended_at = a_minute_later;
  job.gpus = 2;
  return job;
}

// Returns the events of a failed run as earlier releases left them, which charged nothing if a step failed.
std::vector<RunEvent> until_failed_uncharged() {
  std::vector<RunEvent> events = until_running();
  events.emplace_back(event::Failed{a_minute_later, "its directory was locked"});
  return events;
}

TEST_F(Routes, EnterWhatIsMissingInTheLedger) {
  std::int64_t id = office_.add_run(stranger, manifest_named("a", 2), until_failed_uncharged());
  office_.scheduler().record(recorded_job(office_, id, stranger));
  const std::string run = "/v1/runs/" + std::to_string(id), reconcile = "/v1/admin/reconcile?since=2026-11";
  EXPECT_EQ(office_.ask_json(me, "GET", run)["gpu_seconds"], 0);
  Json books = office_.ask_json(me, "POST", reconcile);
  EXPECT_EQ(books["rows"][0]["finding"], "missing_in_ledger");
  EXPECT_EQ(books["entered"], 1);
  EXPECT_EQ(office_.ask_json(me, "GET", run)["gpu_seconds"], 120);
  EXPECT_EQ(office_.ask_json(me, "GET", reconcile)["equal"], 1);
}

TEST_F(Routes, EnterNoJobThatAnotherUserGaveTheNameOfARun) {
  std::int64_t id = office_.add_run(stranger, manifest_named("a", 2), until_failed_uncharged());
  office_.scheduler().record(recorded_job(office_, id, stranger + 1));
  EXPECT_EQ(office_.ask_json(me, "POST", "/v1/admin/reconcile?since=2026-11")["entered"], 0);
  EXPECT_EQ(office_.ask_json(me, "GET", "/v1/runs/" + std::to_string(id))["gpu_seconds"], 0);
}

TEST_F(Routes, CloseMonthsForAdminsInOrder) {
  EXPECT_EQ(office_.ask(stranger, "POST", "/v1/admin/months/2026-03/close").status, 403);
  EXPECT_EQ(office_.ask(me, "POST", "/v1/admin/months/march/close").status, 400);
  Json closed = office_.ask_json(me, "POST", "/v1/admin/months/2026-03/close");
  EXPECT_EQ(closed["month"], "2026-03");
  EXPECT_EQ(closed["closed_by"], user_of(me).name);
  EXPECT_EQ(office_.ask(me, "POST", "/v1/admin/months/2026-03/close").status, 400);
  EXPECT_EQ(office_.ask_json(me, "GET", "/v1/admin/months")["closed"], Json::array({closed}));
}

TEST_F(Routes, RefuseReportsOfNoPeriodNoZoneAndNoKey) {
  for (const char* query : {"since=2026-11&until=2026-10", "zone=Mars", "by=weather", "since=soon"})
    EXPECT_EQ(office_.ask(me, "GET", std::string("/v1/report/usage?") + query).status, 400) << query;
}

}  // namespace
}  // namespace trainyard
