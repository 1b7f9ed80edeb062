#include "plugins/file/file_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/base/error.h"
#include "tests/unit/plugins/store_with_files.h"

namespace trainyard {
namespace {

using testing::HasSubstr;

std::string read_whole(ObjectStore& store, const std::string& url, std::int64_t offset = 0) {
  auto reader = store.open(url, offset);
  std::string bytes;
  char buffer[3];
  for (std::size_t got = 0; (got = reader->read(buffer, sizeof buffer)) > 0;) bytes.append(buffer, got);
  return bytes;
}

TEST(FileStore, GivesBackWhatWasPutAndMakesTheFoldersOnTheWay) {
  StoreWithFiles files;
  Object object = files.store->put_bytes(files.url("a/b/c.txt"), "hello");
  EXPECT_EQ(object.key, "c.txt");
  EXPECT_EQ(object.size_bytes, 5);
  EXPECT_EQ(read_whole(*files.store, object.url), "hello");
  EXPECT_EQ(read_whole(*files.store, object.url, 3), "lo");
}

TEST(FileStore, PutsFilesTheSameWay) {
  StoreWithFiles files;
  write_atomically(files.directory.file("local"), "bytes");
  EXPECT_EQ(read_whole(*files.store,
                       files.store->put_file(files.url("b/remote"), files.directory.file("local")).url),
            "bytes");
}

TEST(FileStore, ListsAFolderSortedByKeyAndWithoutWhatIsUnderWay) {
  StoreWithFiles files;
  for (const char* name : {"d/b", "d/a/x", "d/a.txt", "d/.hidden", "d/part.tmp-AbCdEf"}) files.add(name, "1");
  std::vector<std::string> keys;
  for (const Object& object : files.store->list(files.url("d"))) keys.push_back(object.key);
  EXPECT_THAT(keys, testing::ElementsAre("a.txt", "a/x", "b"));
}

TEST(FileStore, TheEtagChangesWithTheObject) {
  StoreWithFiles files;
  const std::string before = files.add("a", "1").front().etag;
  EXPECT_EQ(files.store->list(files.url("a")).front().etag, before);
  EXPECT_NE(files.add("a", "2").front().etag, before);
}

TEST(FileStore, ErrorsNameTheUrl) {
  StoreWithFiles files;
  EXPECT_THAT(error_of([&] { files.store->list(files.url("none")); }), HasSubstr(files.url("none")));
  EXPECT_THAT(error_of([&] { files.store->open(files.url("none")); }), HasSubstr("No such file"));
  EXPECT_THAT(error_of([&] { files.store->list("file://host/a"); }), HasSubstr("file:///folder/name"));
  std::filesystem::create_directory(files.directory.file("empty"));
  EXPECT_THAT(error_of([&] { files.store->list(files.url("empty/")); }), HasSubstr("an empty folder"));
}

TEST(FileStore, AFailedPutLeavesTheOldObjectAndNothingElse) {
  StoreWithFiles files;
  files.add("d/a", "old");
  EXPECT_THROW(files.store->put_file(files.url("d/a"), files.directory.file("none")), Error);
  EXPECT_EQ(files.store->list(files.url("d")).size(), 1u);
  EXPECT_EQ(read_whole(*files.store, files.url("d/a")), "old");
}

}  // namespace
}  // namespace trainyard
