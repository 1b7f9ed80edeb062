// The store of s3:// against a Ceph RADOS Gateway.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

#include "plugins/s3/answers.h"
#include "plugins/s3/upload.h"
#include "tests/integration/s3/bucket.h"

namespace trainyard {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(AnObject, HasTheBytesThatWereStoredFromAnyOffsetOn) {
  Bucket bucket;
  const std::string bytes = bytes_of_size(20 << 20);
  const Object stored = bucket.add_file("d/a.bin", bytes);
  EXPECT_EQ(stored.size_bytes, 20 << 20);
  EXPECT_EQ(bucket.read(stored) == bytes, true);
  EXPECT_EQ(bucket.read(stored, (20 << 20) - 3), bytes.substr((20 << 20) - 3));
  EXPECT_EQ(bucket.read(bucket.add("empty", "")), "");
}

TEST(AnObject, OfManyPartsIsStoredWhole) {
  Bucket bucket;
  const std::string bytes = bytes_of_size((23 << 20) + 7), path = bucket.directory.file("large");
  write_atomically(path, bytes);
  S3Client client(access_to_sandbox());
  const Object stored = upload_file(client, bucket.name, "large", open_regular_file(path).get(), path, {},
                                    {std::int64_t{5} << 20});
  EXPECT_THAT(stored.etag, HasSubstr("-5"));
  EXPECT_EQ(bucket.read(stored) == bytes, true);
}

TEST(AnObject, IsFoundByItsUrl) {
  Bucket bucket;
  const Object object = bucket.add_file("d/a", "bytes");
  const std::optional<Object> found = bucket.store->find(bucket.url("d/a"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->etag, object.etag);
  EXPECT_EQ(found->sha256, sha256("bytes"));
  EXPECT_FALSE(bucket.store->find(bucket.url("d")));
}

TEST(AnObject, IsRemovedOnce) {
  Bucket bucket;
  bucket.add("d/a", "1");
  bucket.add("d/b", "2");
  for (int i = 0; i < 2; ++i) bucket.store->remove(bucket.url("d"), "a");
  EXPECT_THAT(bucket.keys(), ElementsAre("d/b"));
}

TEST(AnObject, IsComparedWithAFileByTheDigestOfItsMetadata) {
  Bucket bucket;
  const Object object = bucket.add_file("a", "same");
  const std::string path = bucket.directory.file("local");
  for (const auto& [bytes, is_same] : {std::pair("same", true), {"sane", false}, {"samey", false}}) {
    write_atomically(path, bytes);
    EXPECT_EQ(bucket.store->has_contents(object, path), is_same) << bytes;
  }
}

TEST(AnObject, WithoutSuchMetadataIsComparedByItsEtag) {
  Bucket bucket;
  const Object object = bucket.add("a", "same");
  const std::string path = bucket.directory.file("local");
  for (const auto& [bytes, is_same] : {std::pair("same", true), {"sane", false}}) {
    write_atomically(path, bytes);
    EXPECT_EQ(bucket.store->has_contents(object, path), is_same) << bytes;
  }
}

TEST(AnObject, OfManyPartsIsComparedByItsEtag) {
  Bucket bucket;
  std::string bytes = bytes_of_size((64 << 20) + 7);
  const Object object = bucket.add_file("a", bytes);
  const std::string path = bucket.directory.file("upload");
  EXPECT_EQ(object.sha256, "");
  EXPECT_TRUE(bucket.store->has_contents(object, path));
  bytes.back() ^= 1;
  write_atomically(path, bytes);
  EXPECT_FALSE(bucket.store->has_contents(object, path));
}

TEST(AKey, CanBeAnyText) {
  Bucket bucket;
  const std::vector<std::string> keys{" lead",     "a b",         "a+b",       "a%20b",          "a//b",
                                      "../up",     "./here",      "q?x=1&y#z", "ü/\xe2\x82\xac", "line\nfeed",
                                      "tab\t\x01", "quote'\"<&>", "~-_.!*()",  "trail "};
  std::map<std::string, std::string> expected;
  for (const std::string& key : keys) {
    bucket.add(key, "of " + key);
    expected[key] = "of " + key;
  }
  std::map<std::string, std::string> found;
  for (const Object& object : bucket.store->list(bucket.url())) found[object.key] = bucket.read(object);
  EXPECT_EQ(found, expected);
}

TEST(AListing, HasTheObjectsBelowAPrefixWithoutFolderMarkers) {
  Bucket bucket;
  for (const char* key : {"d/", "d/1", "d/e/2", "d2/3", "4"})
    bucket.add(key, *key == 'd' && key[1] == '/' && !key[2] ? "" : "x");
  EXPECT_THAT(bucket.keys("d/"), ElementsAre("1", "e/2"));
  EXPECT_THAT(bucket.keys("d"), ElementsAre("1", "e/2"));
  EXPECT_THAT(bucket.keys("d/1"), ElementsAre("1"));
  EXPECT_THAT(bucket.keys(""), ElementsAre("4", "d/1", "d/e/2", "d2/3"));
  EXPECT_EQ(error_of([&] { bucket.keys("none"); }).kind(), ErrorKind::not_found);
}

TEST(AListing, OfMoreThanAPageHasAllObjectsInOrder) {
  Bucket bucket;
  S3Client client(access_to_sandbox());
  int next = 0;
  client.perform_all([&]() -> std::optional<Request> {
    if (next == 2345) return std::nullopt;
    Request request;
    request.method = "PUT";
    request.bucket = bucket.name;
    request.key = fmt::format("many/{:05}", next++);
    return request;
  });
  const std::vector<std::string> keys = bucket.keys("many/");
  ASSERT_EQ(keys.size(), 2345U);
  for (int i = 0; i < 2345; ++i) EXPECT_EQ(keys[static_cast<std::size_t>(i)], fmt::format("{:05}", i));
}

TEST(Ranges, OfManyObjectsAreFetchedAtTheSameTime) {
  Bucket bucket;
  std::vector<Object> objects;
  std::vector<std::string> contents;
  for (std::size_t i = 0; i < 40; ++i) {
    contents.push_back(bytes_of_size(i * 10'000));
    objects.push_back(bucket.add(std::to_string(i), contents.back()));
  }
  std::vector<std::string> fetched(objects.size());
  std::size_t next = 0, done = 0;
  bucket.store->fetch_all([&]() -> std::optional<Fetch> {
    if (next == objects.size()) return std::nullopt;
    const std::size_t i = next++;
    return Fetch{objects[i], 0, objects[i].size_bytes,
                 [&fetched, i](std::string_view part) { fetched[i] += part; }, [&done] { ++done; }};
  });
  EXPECT_EQ(fetched == contents, true);
  EXPECT_EQ(done, objects.size());
}

TEST(AnObject, ThatHasChangedSinceItWasListedIsNoticedAndNamed) {
  Bucket bucket;
  const Object listed = bucket.add("a", "old");
  bucket.add("a", "new");
  const Error error = error_of([&] { bucket.read(listed); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid);
  EXPECT_THAT(error.what(), HasSubstr(bucket.url("a")));
  EXPECT_THAT(error.what(), HasSubstr("has changed since it was listed"));
}

TEST(AnError, OfTheSinkEndsTheFetches) {
  Bucket bucket;
  const Object object = bucket.add("a", "x");
  int given = 0;
  EXPECT_STREQ(
      error_of([&] {
        bucket.store->fetch_all([&]() -> std::optional<Fetch> {
          if (++given > 100) return std::nullopt;
          return Fetch{
              object, 0, 1, [](std::string_view) { throw Error(ErrorKind::unavailable, "disk full"); }, {}};
        });
      }).what(),
      "disk full");
  EXPECT_LT(given, 100);
}

class KeysOf {
 public:
  KeysOf(Bucket& bucket, const std::string& access_key, const std::string& secret_key) : bucket_(bucket) {
    change(access_key, secret_key);
  }
  void change(const std::string& access_key, const std::string& secret_key) {
    write_credentials(path_, {{"mine", {access_key, secret_key, ""}}});
  }
  StoreAccess access() const {
    StoreAccess access = access_to_sandbox();
    access.credentials_file = path_;
    access.credential = "mine";
    return access;
  }
  Error error() const {
    return error_of([&] { make_s3_store(access())->list(bucket_.url()); });
  }

 private:
  Bucket& bucket_;
  std::string path_ = bucket_.directory.file("credentials");
};

Credential keys_of_sandbox() {
  return read_credentials(environment("AWS_SHARED_CREDENTIALS_FILE")).at("default");
}

TEST(Keys, ThatTheStoreDoesNotAcceptAreNamedWithTheRemedy) {
  Bucket bucket;
  const Credential right = keys_of_sandbox();
  const Error unknown = KeysOf(bucket, "nobody", "x").error();
  EXPECT_EQ(unknown.kind(), ErrorKind::no_credentials);
  EXPECT_THAT(unknown.what(), HasSubstr("trainyard credential add mine"));
  const Error wrong = KeysOf(bucket, right.access_key, "wrong").error();
  EXPECT_EQ(wrong.kind(), ErrorKind::no_credentials);
  EXPECT_THAT(wrong.what(), HasSubstr("the secret key of the credential \"mine\" is wrong"));
  EXPECT_THAT(wrong.what(), ::testing::Not(HasSubstr("Signature=")));
}

TEST(Keys, ThatAreReplacedWhileAStoreIsInUseAreReadAgain) {
  Bucket bucket;
  bucket.add("a", "x");
  const Credential right = keys_of_sandbox();
  KeysOf keys(bucket, "expired", "x");
  const std::unique_ptr<ObjectStore> store = make_s3_store(keys.access());
  keys.change(right.access_key, right.secret_key);
  EXPECT_EQ(store->list(bucket.url()).size(), 1U);
}

TEST(Keys, ThatAreReplacedServeAllRequestsThatWereOnTheirWay) {
  Bucket bucket;
  const Object object = bucket.add("a", "x");
  const Credential right = keys_of_sandbox();
  KeysOf keys(bucket, "expired", "x");
  const std::unique_ptr<ObjectStore> store = make_s3_store(keys.access());
  keys.change(right.access_key, right.secret_key);
  int given = 0, done = 0;
  store->fetch_all([&]() -> std::optional<Fetch> {
    if (++given > 30) return std::nullopt;
    return Fetch{object, 0, 1, [](std::string_view) {}, [&] { ++done; }};
  });
  EXPECT_EQ(done, 30);
}

TEST(ACredential, ThatTheFileDoesNotHaveIsNamed) {
  Bucket bucket;
  StoreAccess access = access_to_sandbox();
  access.credential = "none";
  EXPECT_THAT(error_of([&] { make_s3_store(access); }).what(), HasSubstr("trainyard credential add none"));
}

TEST(ARequest, WithoutKeysIsNotSignedAndIsRefusedByAPrivateBucket) {
  Bucket bucket;
  bucket.add("a", "x");
  StoreAccess access = access_to_sandbox();
  access.credential = anonymous_credential;
  const Error error = error_of([&] { make_s3_store(access)->list(bucket.url()); });
  EXPECT_EQ(error.kind(), ErrorKind::denied);
  EXPECT_THAT(error.what(), HasSubstr("the request was not signed"));
}

TEST(ABucket, ThatDoesNotExistIsNamed) {
  const std::unique_ptr<ObjectStore> store = make_s3_store(access_to_sandbox());
  const Error error = error_of([&] { store->list("s3://nowhere/x/"); });
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_THAT(error.what(), HasSubstr("the store sandbox has no bucket nowhere"));
}

}  // namespace
}  // namespace trainyard
