// The limit of the bytes that a process receives in a second.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/integration/s3/bucket.h"

namespace trainyard {
namespace {

using namespace testing;
using namespace std::chrono_literals;

constexpr std::int64_t mebibyte = 1 << 20;

// Fetches objects by a store of its own, which may receive `bytes_per_second`.
std::vector<std::string> fetch(const std::vector<Object>& objects, std::int64_t bytes_per_second) {
  StoreAccess access = access_to_sandbox();
  access.settings.bytes_per_second = bytes_per_second;
  std::vector<std::string> fetched(objects.size());
  std::size_t next = 0;
  make_s3_store(access)->fetch_all([&]() -> std::optional<Fetch> {
    if (next == objects.size()) return std::nullopt;
    const std::size_t i = next++;
    return Fetch{objects[i],
                 0,
                 objects[i].size_bytes,
                 [&fetched, i](std::string_view part) { fetched[i] += part; },
                 {}};
  });
  return fetched;
}

class Objects : public ::testing::Test {
 protected:
  Objects() {
    for (int i = 0; i < 6; ++i) objects_.push_back(bucket_.add(std::to_string(i), contents_));
  }
  std::int64_t size_bytes() const { return static_cast<std::int64_t>(objects_.size() * contents_.size()); }

  Bucket bucket_;
  const std::string contents_ = bytes_of_size(mebibyte);
  std::vector<Object> objects_;
};

TEST_F(Objects, ComeNoFasterThanTheLimitOverAllConnections) {
  const auto begun = std::chrono::steady_clock::now();
  const std::vector<std::string> fetched = fetch(objects_, 3 * mebibyte);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 1s * size_bytes() / (3 * mebibyte));
  EXPECT_EQ(fetched == std::vector<std::string>(objects_.size(), contents_), true);
}

TEST_F(Objects, OfTwoStoresOfAProcessShareItsLimit) {
  const auto begun = std::chrono::steady_clock::now();
  {
    const std::jthread other([&] { fetch(objects_, 4 * mebibyte); });
    fetch(objects_, 4 * mebibyte);
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 1s * 2 * size_bytes() / (4 * mebibyte));
}

}  // namespace
}  // namespace trainyard
