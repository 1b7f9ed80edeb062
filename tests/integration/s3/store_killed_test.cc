// A store job that is killed at random bytes: the next one completes the results, and sends nothing again
// that was stored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include "daemon/agent/store_journal.h"
#include "daemon/base/text.h"
#include "daemon/handover/claim.h"
#include "daemon/handover/handover.h"
#include "daemon/handover/layout.h"
#include "plugins/s3/answers.h"
#include "plugins/s3/uri.h"
#include "tests/integration/agent/agent_process.h"
#include "tests/integration/s3/bucket.h"
#include "tests/integration/s3/fault_proxy.h"

namespace trainyard {
namespace {

using namespace testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

// A store job of an attempt with a file of several parts and some small ones, which go through a proxy.
class KilledStoreJob : public ::testing::Test {
 protected:
  KilledStoreJob() {
    ::setenv("TRAINYARD_PLUGINDIR", S3_MODULE_FOLDER, 1);
    for (std::size_t i = 0; i < 12; ++i)
      contents_["results/f" + std::to_string(i)] = bytes_of_size(i * i * 30'000);
    contents_["results/large"] = bytes_of_size((std::size_t{200} << 20) + 7);
  }

  std::string attempt(const std::string& name = "") const {
    return folder_.file("runs/" + std::to_string(run_) + "/attempts/1/" + name);
  }
  std::string key_of(const std::string& name) const { return layout::training_id(run_) + '/' + name; }

  // Leaves what a run with these results leaves for its store job.
  void begin_run() {
    ++run_;
    fs::create_directories(attempt("results"));
    for (const auto& [name, bytes] : contents_) write_for_later_sync(attempt(name), bytes);
    Launch launch;
    launch.run_id = run_;
    launch.attempt = 1;
    launch.name = "killed";
    launch.directory = attempt();
    launch.manifest.name = "killed";
    CommandSpec command;
    command.run = "true";
    launch.manifest.program = command;
    launch.manifest.results_target = bucket_.url();
    launch.results_store = access_to_sandbox();
    launch.results_store.settings.endpoint = proxy_.endpoint();
    write_atomically(attempt(layout::launch_file), to_json(launch).dump());
    write_atomically(attempt(layout::exit_file), to_json(ExitEvidence{}).dump());
    take_claim(attempt(), {"yard", 77, 0, "n1", now(), false});
  }

  // Returns true if the job was killed, false if it was over before.
  bool store_and_kill() {
    const std::set<std::string> stored = all_stored();
    const std::uintmax_t before = fs::exists(log_) ? fs::file_size(log_) : 0;
    proxy_.halt_after(std::uniform_int_distribution<std::int64_t>(1, 170 << 20)(dice_));
    AgentProcess agent({"store", attempt(layout::launch_file)});
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    bool is_killed = false;
    while (!is_killed && !fs::exists(attempt(layout::stored_file))) {
      is_killed = proxy_.has_halted(20ms);
      if (std::chrono::steady_clock::now() > deadline)
        throw std::runtime_error("the store job neither ends nor sends anything");
    }
    if (is_killed) agent.signal(SIGKILL);
    agent.wait();
    proxy_.go_on();
    for (const std::string& sent : sent_since(before)) EXPECT_FALSE(stored.contains(sent)) << sent;
    return is_killed;
  }

  void expect_all_stored() {
    const Json receipt =
        parse_json(bucket_.read(bucket_.store->list(bucket_.url(key_of("receipt.json"))).at(0)), "receipt");
    EXPECT_EQ(receipt["objects"].size(), contents_.size());
    for (const Json& object : receipt["objects"]) {
      const std::string name = object["key"];
      EXPECT_EQ(object["sha256"], sha256(contents_.at(name))) << name;
      EXPECT_EQ(bucket_.read(bucket_.store->list(bucket_.url(key_of(name))).at(0)) == contents_.at(name),
                true)
          << name;
    }
    EXPECT_EQ(uploads().size(), 0U);
  }

  void end_run() {
    for (const std::string& key : bucket_.keys()) bucket_.store->remove(bucket_.url(), key);
    fs::remove_all(attempt());
  }

  std::map<std::string, std::string> contents_;

 private:
  // Returns what need not be sent again: files as paths of requests, parts as "<path> <number>".
  std::set<std::string> all_stored() {
    std::set<std::string> stored;
    if (fs::exists(attempt(layout::store_journal))) {
      StoreJournal journal(attempt(layout::store_journal), bucket_.url());
      for (const auto& [name, bytes] : contents_)
        if (journal.find(name)) stored.insert(path_of(name));
    }
    for (const UploadPage::Upload& upload : uploads())
      for (const PartPage::Part& part : parts_of_upload(upload))
        stored.insert('/' + bucket_.name + '/' + upload.key + ' ' + std::to_string(part.number));
    return stored;
  }

  std::string path_of(const std::string& name) const {
    return '/' + bucket_.name + '/' + encode_path(key_of(name));
  }

  std::vector<UploadPage::Upload> uploads() {
    Request request;
    request.bucket = bucket_.name;
    request.query = {{"uploads", ""}};
    return read_upload_page(client_.perform(request).body).uploads;
  }

  std::vector<PartPage::Part> parts_of_upload(const UploadPage::Upload& upload) {
    Request request;
    request.bucket = bucket_.name;
    request.key = upload.key;
    request.query = {{"uploadId", upload.id}};
    return read_part_page(client_.perform(request).body).parts;
  }

  // Returns the files and parts that were sent since the log had this size, as all_stored() does.
  std::vector<std::string> sent_since(std::uintmax_t byte) const {
    const std::string before_number = "?partNumber=";
    std::vector<std::string> sent;
    std::ifstream log(log_);
    log.seekg(static_cast<std::streamoff>(byte));
    std::string method, path, range;
    while (log >> method >> path >> range) {
      if (method != "PUT") continue;
      const std::size_t query = path.find(before_number);
      if (query != std::string::npos)
        path = path.substr(0, query) + ' ' +
               path.substr(query + before_number.size(), path.find('&') - query - before_number.size());
      sent.push_back(path);
    }
    return sent;
  }

  TemporaryDirectory folder_;
  Bucket bucket_;
  S3Client client_{access_to_sandbox()};
  const std::string log_ = folder_.file("log");
  FaultProxy proxy_{access_to_sandbox().settings.endpoint.substr(7), 1, 0, log_};
  std::mt19937 dice_{4711};
  std::int64_t run_ = 6;
};

TEST_F(KilledStoreJob, IsCompletedByTheNextOne) {
  const int kills = std::getenv("TRAINYARD_CHAOS") ? 200 : 20;
  int runs = 1;
  begin_run();
  for (int killed = 0; killed < kills;) {
    if (store_and_kill()) {
      ++killed;
      continue;
    }
    expect_all_stored();
    end_run();
    begin_run();
    ++runs;
  }
  while (store_and_kill()) continue;
  expect_all_stored();
  RecordProperty("runs", runs);
}

}  // namespace
}  // namespace trainyard
