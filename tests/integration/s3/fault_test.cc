// Faults between the client and the store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/integration/s3/bucket.h"

namespace trainyard {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

// Quick, so that a test of giving up does not take a minute.
const ClientLimits impatient{{1ms, 20ms, 4}, 1, 2};

void fault(const std::string& what, const std::string& action) {
  const std::string command = environment("SANDBOX") + " fault " + what + " " + action;
  if (std::system(command.c_str()) != 0) throw std::runtime_error(command + " failed");
}

TEST(AStoreThatIsAway, IsUnavailableAndIsNamed) {
  StoreAccess access = access_to_sandbox();
  access.settings.endpoint = "http://127.0.0.1:1";
  const Error error = error_of([&] { make_s3_store(access, impatient)->list("s3://b/x/"); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_THAT(error.what(), HasSubstr("the store sandbox does not answer"));
}

TEST(AStoreThatIsAway, HasARequestWaitUntilItIsBack) {
  Bucket bucket;
  const Object object = bucket.add("a", "x");
  fault("radosgw", "kill");
  std::thread back([] { fault("radosgw", "start"); });
  EXPECT_EQ(bucket.read(object), "x");
  back.join();
}

TEST(AStoreWithoutAName, IsUnavailable) {
  StoreAccess access = access_to_sandbox();
  access.settings.endpoint = "http://no-such-host.invalid";
  EXPECT_EQ(error_of([&] { make_s3_store(access, impatient)->list("s3://b/x/"); }).kind(),
            ErrorKind::unavailable);
}

TEST(AFetch, GoesOnWhereItWasBrokenOff) {
  Bucket bucket;
  const std::string bytes = bytes_of_size(64 << 20);
  const Object object = bucket.add_file("a", bytes);
  std::string fetched;
  std::thread back;
  bool given = false;
  bucket.store->fetch_all([&]() -> std::optional<Fetch> {
    if (std::exchange(given, true)) return std::nullopt;
    return Fetch{object,
                 0,
                 object.size_bytes,
                 [&](std::string_view part) {
                   fetched += part;
                   if (fetched.size() < 8 << 20 || back.joinable()) return;
                   fault("radosgw", "kill");
                   back = std::thread([] { fault("radosgw", "start"); });
                 },
                 {}};
  });
  back.join();
  EXPECT_EQ(fetched == bytes, true);
}

TEST(ACertificate, OfAnUnknownAuthorityIsRefusedUntilTheSettingsNameIt) {
  Bucket bucket;
  StoreAccess access = access_to_sandbox();
  const std::string plain = access.settings.endpoint;
  const int port = std::stoi(plain.substr(plain.rfind(':') + 1));
  access.settings.endpoint = "https://127.0.0.1:" + std::to_string(port + 1);
  const Error error = error_of([&] { make_s3_store(access, impatient)->list(bucket.url()); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_THAT(error.what(), HasSubstr("set ca_file in [stores.sandbox]"));

  access.settings.ca_file = parent_of(environment("AWS_SHARED_CREDENTIALS_FILE")) + "/tls.pem";
  bucket.add("a", "x");
  EXPECT_EQ(make_s3_store(access, impatient)->list(bucket.url()).size(), 1U);
}

}  // namespace
}  // namespace trainyard
