// A stage job that is killed at random bytes: the next one completes the data set, and fetches no unit again
// that was complete.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "daemon/agent/source_units.h"
#include "daemon/base/text.h"
#include "daemon/handover/layout.h"
#include "kernels/scratch_file.h"
#include "plugins/s3/uri.h"
#include "tests/integration/agent/agent_process.h"
#include "tests/integration/s3/bucket.h"
#include "tests/integration/s3/fault_proxy.h"

namespace trainyard {
namespace {

using namespace testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

// A stage job of objects below "d/" of a bucket, which come through a proxy.
class KilledStageJob : public ::testing::Test {
 protected:
  KilledStageJob() {
    fs::create_directories(folder_.file("modules"));
    for (const char* modules : {S3_MODULE_FOLDER, FORMAT_MODULE_FOLDER})
      for (const fs::directory_entry& entry : fs::directory_iterator(modules))
        if (entry.path().extension() == ".so")
          fs::create_symlink(entry.path(), fs::path(folder_.file("modules")) / entry.path().filename());
    fs::create_directories(data());
    ::setenv("TRAINYARD_PLUGINDIR", folder_.file("modules").c_str(), 1);
  }

  std::string data(const std::string& name = "") const { return folder_.file("data/" + name); }

  void write_request(const std::string& format) {
    StageRequest request;
    request.directory = folder_.file("data");
    request.data.source = bucket_.url("d/");
    request.data.format = format;
    request.store = access_to_sandbox();
    request.store.settings.endpoint = proxy_.endpoint();
    SourceListWriter list(request.directory, request.data);
    for (const Object& object : bucket_.store->list(bucket_.url("d/")))
      list.add(SourcePart::train, {object.url, object.key, object.etag, object.size_bytes});
    list.commit(data(layout::source_list));
    write_atomically(data(layout::stage_file), to_json(request).dump());
  }

  // Kills stage jobs after a random number of bytes, then lets one complete.
  void stage_with_kills() {
    const int kills = std::getenv("TRAINYARD_CHAOS") ? 100 : 10;
    for (int kill = 0; kill < kills; ++kill) {
      const std::set<std::string> complete = complete_units();
      const std::uintmax_t before = fs::exists(log_) ? fs::file_size(log_) : 0;
      proxy_.halt_after(std::uniform_int_distribution<std::int64_t>(1, 12 << 20)(dice_));
      AgentProcess agent({"stage", data(layout::stage_file)});
      if (proxy_.has_halted(5s)) agent.signal(SIGKILL);
      agent.wait();
      proxy_.go_on();
      requests_ += static_cast<int>(requests_since(before).size());
      for (const std::string& fetched : requests_since(before))
        EXPECT_FALSE(complete.contains(fetched)) << fetched;
      if (fs::exists(data(layout::staged_file))) break;
    }
    proxy_.go_on();
    EXPECT_EQ(AgentProcess({"stage", data(layout::stage_file)}).wait(), 0);
    EXPECT_FALSE(fs::exists(data(layout::staging_folder)));
    EXPECT_GT(requests_, 0);
  }

  TemporaryDirectory folder_;
  Bucket bucket_;
  const std::string log_ = folder_.file("log");
  FaultProxy proxy_{access_to_sandbox().settings.endpoint.substr(7), 1, 0, log_};

 private:
  // Returns the units that the journal notes, as "<path> <first byte>".
  virtual std::set<std::string> complete_units() {
    std::set<std::string> complete;
    const std::optional<std::string> journal = read_file_if_there(data("staging/fetched"));
    if (!journal) return complete;
    std::set<std::size_t> noted;
    for (const std::string& line : split(*journal, '\n'))
      if (const auto unit = whole_number<std::size_t>(line.substr(0, line.find(' ')))) noted.insert(*unit);
    const NextUnit next = units_of(data(layout::source_list));
    while (const std::optional<Unit> unit = next())
      if (noted.contains(unit->number) && unit->size_bytes > 0)
        complete.insert(path_of(unit->object) + ' ' + std::to_string(unit->offset));
    return complete;
  }

  static std::string path_of(const Object& object) {
    const S3Name name = parse_s3_url(object.url);
    return '/' + name.bucket + '/' + encode_path(name.key);
  }

  // Returns what the log has from this byte on, as "<path> <first byte>".
  std::vector<std::string> requests_since(std::uintmax_t byte) {
    std::vector<std::string> requests;
    std::ifstream log(log_);
    log.seekg(static_cast<std::streamoff>(byte));
    std::string method, path, range;
    while (log >> method >> path >> range)
      requests.push_back(path + ' ' +
                         range.substr(range.find('=') + 1, range.find('-') - range.find('=') - 1));
    return requests;
  }

  std::mt19937 dice_{4711};
  int requests_ = 0;
};

TEST_F(KilledStageJob, OfRawFilesIsCompletedByTheNextOne) {
  std::map<std::string, std::string> contents;
  for (std::size_t i = 0; i < 40; ++i) {
    contents["o" + std::to_string(i)] = bytes_of_size(i % 10 == 0 ? 8 << 20 : i * 20'000);
    bucket_.add("d/o" + std::to_string(i), contents["o" + std::to_string(i)]);
  }
  write_request("raw");
  stage_with_kills();
  for (const auto& [name, bytes] : contents)
    EXPECT_EQ(read_file(data("files/" + name)) == bytes, true) << name;
}

// An object can be part of both sources.
TEST_F(KilledStageJob, OfTextKeepsObjectsApartThatAreListedTwice) {
  bucket_.add("d/a.csv", "1,0\n");
  bucket_.add("d/b.csv", "2,1\n3,1\n");
  StageRequest request;
  request.directory = folder_.file("data");
  request.data.source = bucket_.url("d/a.csv");
  request.data.test_source = bucket_.url("d/");
  request.data.format = "csv";
  request.data.options = {{"label", 1}};
  request.store = access_to_sandbox();
  SourceListWriter list(request.directory, request.data);
  for (const auto& [part, url] : {std::pair{SourcePart::train, request.data.source},
                                  std::pair{SourcePart::test, request.data.test_source}})
    for (const Object& object : bucket_.store->list(url))
      list.add(part, {object.url, object.key, object.etag, object.size_bytes});
  list.commit(data(layout::source_list));
  write_atomically(data(layout::stage_file), to_json(request).dump());
  ASSERT_EQ(AgentProcess({"stage", data(layout::stage_file)}).wait(), 0);
  const Hdf5File staged = Hdf5File::open(data("train.h5"));
  EXPECT_EQ(staged.dataset("/train/samples").read<std::uint8_t>(), (std::vector<std::uint8_t>{1}));
  EXPECT_EQ(staged.dataset("/test/samples").read<std::uint8_t>(), (std::vector<std::uint8_t>{1, 2, 3}));
}

class KilledStageJobOfRows : public KilledStageJob {
 private:
  // The units of rows are not those of whole objects; what is complete is checked by the contents alone.
  std::set<std::string> complete_units() override { return {}; }
};

TEST_F(KilledStageJobOfRows, IsCompletedByTheNextOne) {
  constexpr std::uint32_t rows = 90'000;
  const auto number = [](std::uint32_t value) {
    std::string bytes;
    for (int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift);
    return bytes;
  };
  const std::string samples = bytes_of_size(std::size_t{rows} * 1024), labels(rows, '\3');
  bucket_.add_file("d/images", std::string("\0\0\x08\x02", 4) + number(rows) + number(1024) + samples);
  bucket_.add_file("d/labels", std::string("\0\0\x08\x01", 4) + number(rows) + labels);
  write_request("idx");
  stage_with_kills();
  const std::vector<std::uint8_t> staged =
      Hdf5File::open(data("train.h5")).dataset("/train/samples").read<std::uint8_t>();
  EXPECT_EQ(std::string(staged.begin(), staged.end()) == samples, true);
  EXPECT_EQ(read_scratch_info(data("train.h5")).train_count, rows);
}

}  // namespace
}  // namespace trainyard
