// Fetching in units: what a killed or failed fetch has completed is not fetched again.
#include "daemon/agent/fetch_units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/agent/file_target.h"
#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

using testing::ElementsAre;

// A store whose objects are texts in memory. Counts what is fetched, and fails after some fetches.
class TextStore final : public ObjectStore {
 public:
  void add(const std::string& key, const std::string& text) {
    Object object;
    object.url = "s3://b/" + key;
    object.key = key;
    object.size_bytes = static_cast<std::int64_t>(text.size());
    objects.push_back(object);
    texts_[object.url] = text;
  }

  void fetch_all(const std::function<std::optional<Fetch>()>& next) override {
    while (const std::optional<Fetch> fetch = next()) {
      if (left_ == 0) throw Error(ErrorKind::unavailable, "the network is away");
      --left_;
      const std::string& text = texts_.at(fetch->object.url);
      const std::string_view part = std::string_view(text).substr(
          static_cast<std::size_t>(fetch->offset), static_cast<std::size_t>(fetch->size_bytes));
      fetched.emplace_back(part);
      for (const char& c : part) fetch->sink({&c, 1});
      fetch->done();
    }
  }

  void fail_after(int fetches) { left_ = fetches; }

  void list_each(const std::string&, const std::function<void(Object)>&) override {}
  std::unique_ptr<ObjectReader> open(const Object&, std::int64_t) override { return nullptr; }
  std::optional<Object> find(const std::string&) override { return std::nullopt; }
  bool has_contents(const Object&, const std::string&) override { return false; }
  Object put_file(const std::string&, const std::string&, const std::string&, const BytesStored&) override {
    return {};
  }
  Object put_bytes(const std::string&, const std::string&, std::string_view) override { return {}; }
  void remove(const std::string&, const std::string&) override {}
  void remove_unfinished(const std::string&) override {}

  std::vector<Object> objects;
  std::vector<std::string> fetched;

 private:
  std::map<std::string, std::string> texts_;
  int left_ = -1;
};

class AFetch : public testing::Test {
 protected:
  AFetch() {
    store_.add("a", "0123456789");
    store_.add("empty", "");
    store_.add("d/b", "xyz");
  }

  // Fetches in units of four bytes into files below the folder "out".
  FetchedUnits fetch() {
    UnitDivider units(
        [this, next = std::size_t{0}]() mutable {
          return next < store_.objects.size() ? std::optional(store_.objects[next++]) : std::nullopt;
        },
        4);
    FetchJournal journal(folder_.file("journal"), objects_);
    FileTarget target([this](const Unit& unit) { return file(unit.object.key); }, 0700, 0600);
    const FetchedUnits result = fetch_units(
        store_, [&] { return units.next(); }, target, journal, 1);
    digest_ = journal.digest(result.units);
    return result;
  }

  void expect_all_there() {
    EXPECT_EQ(read_file(file("a")), "0123456789");
    EXPECT_EQ(read_file(file("empty")), "");
    EXPECT_EQ(read_file(file("d/b")), "xyz");
  }

  std::string file(const std::string& key) const { return folder_.file("out/" + key); }

  // As if the machine had been started again since.
  void restart_machine() {
    std::string text = read_file(folder_.file("journal"));
    text.replace(0, 8, "deadbeef");
    write_atomically(folder_.file("journal"), text);
  }

  TemporaryDirectory folder_;
  TextStore store_;
  std::string objects_ = "these";
  std::string digest_;
};

TEST_F(AFetch, PutsEveryUnitInItsPlace) {
  const FetchedUnits result = fetch();
  expect_all_there();
  EXPECT_THAT(store_.fetched, ElementsAre("0123", "4567", "89", "", "xyz"));
  EXPECT_EQ(result.units, 5U);
  EXPECT_EQ(result.objects, 3U);
  EXPECT_EQ(result.size_bytes, 13);
  EXPECT_EQ(digest_, sha256(sha256("0123") + sha256("4567") + sha256("89") + sha256("") + sha256("xyz")));
}

TEST_F(AFetch, ThatFailedGoesOnWithTheUnitsThatAreMissing) {
  store_.fail_after(2);
  EXPECT_THROW(fetch(), Error);
  store_.fail_after(-1);
  store_.fetched.clear();
  const FetchedUnits result = fetch();
  expect_all_there();
  EXPECT_THAT(store_.fetched, ElementsAre("89", "", "xyz"));
  EXPECT_EQ(result.size_bytes, 13);
  EXPECT_EQ(result.fetched_bytes, 5);
}

TEST_F(AFetch, AfterAPowerCutBelievesOnlyWhatItFindsOnTheDisk) {
  fetch();
  restart_machine();
  std::filesystem::resize_file(file("a"), 6);
  store_.fetched.clear();
  fetch();
  expect_all_there();
  EXPECT_THAT(store_.fetched, ElementsAre("4567", "89"));
  store_.fetched.clear();
  fetch();
  EXPECT_THAT(store_.fetched, ElementsAre());
}

TEST_F(AFetch, OfOtherObjectsBeginsAnew) {
  fetch();
  objects_ = "others";
  store_.fetched.clear();
  fetch();
  EXPECT_EQ(store_.fetched.size(), 5U);
  store_.fetched.clear();
  fetch();
  EXPECT_THAT(store_.fetched, ElementsAre());
}

TEST_F(AFetch, IgnoresALineOfTheJournalThatWasCutOff) {
  fetch();
  const std::string text = read_file(folder_.file("journal"));
  write_atomically(folder_.file("journal"), text.substr(0, text.size() - 10));
  store_.fetched.clear();
  fetch();
  EXPECT_THAT(store_.fetched, ElementsAre("xyz"));
  store_.fetched.clear();
  fetch();
  EXPECT_THAT(store_.fetched, ElementsAre());
}

TEST_F(AFetch, ReplacesALongerFileOfAnEarlierOne) {
  std::filesystem::create_directories(file("d"));
  write_atomically(file("d/b"), "much longer");
  fetch();
  expect_all_there();
}

TEST_F(AFetch, FollowsNoLinkInThePlaceOfAFile) {
  std::filesystem::create_directories(file("d"));
  std::filesystem::create_symlink(folder_.file("elsewhere"), file("d/b"));
  EXPECT_THROW(fetch(), Error);
  EXPECT_FALSE(std::filesystem::exists(folder_.file("elsewhere")));
}

}  // namespace
}  // namespace trainyard
