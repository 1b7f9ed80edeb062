// A store behind a network that loses, breaks and spoils answers: each operation has the right result, or a
// clear error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/integration/s3/bucket.h"
#include "tests/integration/s3/fault_proxy.h"

namespace trainyard {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class FaultyNetwork : public ::testing::Test {
 protected:
  FaultyNetwork() {
    for (std::size_t i = 0; i < 30; ++i) {
      const std::string bytes = bytes_of_size(i * i * 3000);
      contents_[bucket_.add("d/" + std::to_string(i), bytes).key] = bytes;
    }
  }

  StoreAccess access() const {
    StoreAccess access = access_to_sandbox();
    access.settings.endpoint = proxy_.endpoint();
    return access;
  }

  // Performs `action`, and notes whether it had success. Fails the test if it throws another Error than one
  // that names the object or the store.
  template <class Action>
  void attempt(const char* what, const Action& action) {
    ++attempts_;
    try {
      action();
      ++successes_;
    } catch (const Error& e) {
      const std::string message = e.what();
      EXPECT_NE(message.find("s3://"), std::string::npos) << what << ": " << message;
      EXPECT_NE(e.kind(), ErrorKind::internal) << what << ": " << message;
      EXPECT_EQ(message.find(secret_), std::string::npos) << what;
    }
  }

  void list_and_fetch(ObjectStore& store) {
    std::vector<Object> objects;
    attempt("list", [&] {
      objects = store.list(bucket_.url("d/"));
      EXPECT_EQ(objects.size(), contents_.size());
    });
    for (const Object& object : objects)
      attempt("fetch", [&] {
        std::string fetched;
        bool given = false;
        store.fetch_all([&]() -> std::optional<Fetch> {
          if (std::exchange(given, true)) return std::nullopt;
          return Fetch{object, 0, object.size_bytes, [&](std::string_view part) { fetched += part; }, {}};
        });
        EXPECT_EQ(fetched == contents_.at(object.key), true) << object.key;
      });
  }

  void store_and_check(ObjectStore& store, int round) {
    const std::string bytes = bytes_of_size(static_cast<std::size_t>(1000 + round)),
                      key = "put/" + std::to_string(round);
    bool is_stored = false;
    attempt("put", [&] {
      store.put_bytes(bucket_.url(), key, bytes);
      is_stored = true;
    });
    if (!is_stored) return;
    EXPECT_EQ(bucket_.read(bucket_.store->list(bucket_.url(key)).at(0)) == bytes, true);
  }

  // TRAINYARD_CHAOS, if it is set, asks for ten times as much.
  const int rounds_ = std::getenv("TRAINYARD_CHAOS") ? 400 : 40;
  Bucket bucket_;
  FaultProxy proxy_{access_to_sandbox().settings.endpoint.substr(7), 4711, 0.15};
  const std::string secret_ = read_credentials(access_to_sandbox().credentials_file).at("default").secret_key;
  std::map<std::string, std::string> contents_;
  int attempts_ = 0, successes_ = 0;
};

TEST_F(FaultyNetwork, GivesTheRightBytesOrAClearErrorEveryTime) {
  const ClientLimits quick{{1ms, 10ms, 6}, 5, 5};
  const std::unique_ptr<ObjectStore> store = make_s3_store(access(), quick);
  for (int round = 0; round < rounds_; ++round) {
    list_and_fetch(*store);
    store_and_check(*store, round);
  }
  RecordProperty("attempts", attempts_);
  RecordProperty("successes", successes_);
  // Faults that a repetition cures must not end an operation.
  EXPECT_GT(successes_, attempts_ * 8 / 10);
  EXPECT_LT(successes_, attempts_);
}

}  // namespace
}  // namespace trainyard
