#include "plugins/file/file_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/base/error.h"
#include "tests/unit/plugins/store_with_files.h"

namespace trainyard {
namespace {

using testing::HasSubstr;

std::string read_whole(ObjectStore& store, const std::string& url, std::int64_t offset = 0) {
  auto reader = store.open(store.list(url).at(0), offset);
  std::string bytes;
  char buffer[3];
  for (std::size_t got = 0; (got = reader->read(buffer, sizeof buffer)) > 0;) bytes.append(buffer, got);
  return bytes;
}

TEST(FileStore, GivesBackWhatWasPutAndMakesTheFoldersOnTheWay) {
  StoreWithFiles files;
  Object object = files.store->put_bytes(files.url("a"), "b/c.txt", "hello");
  EXPECT_EQ(object.key, "c.txt");
  EXPECT_EQ(object.size_bytes, 5);
  EXPECT_EQ(read_whole(*files.store, object.url), "hello");
  EXPECT_EQ(read_whole(*files.store, object.url, 3), "lo");
}

TEST(FileStore, PutsFilesTheSameWay) {
  StoreWithFiles files;
  write_atomically(files.directory.file("local"), "bytes");
  EXPECT_EQ(read_whole(*files.store,
                       files.store->put_file(files.url("b"), "remote", files.directory.file("local")).url),
            "bytes");
}

TEST(FileStore, PutsASparseFileWithoutItsHoles) {
  StoreWithFiles files;
  const std::string sparse = files.directory.file("sparse");
  write_atomically(sparse, "begin");
  ASSERT_EQ(::truncate(sparse.c_str(), off_t{100} << 30), 0);
  const Object object = files.store->put_file(files.url("b"), "sparse", sparse);
  EXPECT_EQ(object.size_bytes, std::int64_t{100} << 30);
  struct stat status {};
  ASSERT_EQ(::stat(files.directory.file("b/sparse").c_str(), &status), 0);
  EXPECT_LT(status.st_blocks * 512, 1 << 20);
  EXPECT_EQ(read_range(files.directory.file("b/sparse"), 0, 6), std::string("begin\0", 6));
}

TEST(FileStore, ListsAFolderSortedByKeyAndWithoutWhatIsUnderWay) {
  StoreWithFiles files;
  for (const char* name : {"d/b", "d/a/x", "d/a.txt", "d/.hidden", "d/part.tmp-AbCdEf"}) files.add(name, "1");
  std::vector<std::string> keys;
  for (const Object& object : files.store->list(files.url("d"))) keys.push_back(object.key);
  EXPECT_THAT(keys, testing::ElementsAre("a.txt", "a/x", "b"));
}

TEST(FileStore, ListsInTheOrderOfTheKeysThoughItGoesFolderByFolder) {
  StoreWithFiles files;
  const std::vector<std::string> keys{"a-b/x", "a.txt", "a/x", "a/y/z", "a0", "b"};
  for (const std::string& key : keys) files.add("d/" + key, "1");
  std::vector<std::string> listed;
  files.store->list_each(files.url("d/"), [&](const Object& object) { listed.push_back(object.key); });
  EXPECT_EQ(listed, keys);
}

TEST(FileStore, ListsLinksToFilesAndFollowsNoLinkToAFolder) {
  StoreWithFiles files;
  files.add("d/a", "1");
  files.add("elsewhere/b", "1");
  std::filesystem::create_symlink(files.directory.file("elsewhere/b"), files.directory.file("d/link"));
  std::filesystem::create_symlink(files.directory.file("elsewhere"), files.directory.file("d/folder"));
  std::filesystem::create_symlink("loop", files.directory.file("d/loop"));
  std::filesystem::create_symlink("/dev/zero", files.directory.file("d/zero"));
  ASSERT_EQ(::mkfifo(files.directory.file("d/fifo").c_str(), 0600), 0);
  std::vector<std::string> keys;
  for (const Object& object : files.store->list(files.url("d"))) keys.push_back(object.key);
  EXPECT_THAT(keys, testing::ElementsAre("a", "link"));
}

Object object_at(const std::string& url) {
  Object object;
  object.url = url;
  return object;
}

TEST(FileStore, FetchesExactlyThePartsThatAreAskedFor) {
  StoreWithFiles files;
  const Object object = files.add("a", "0123456789").front();
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges{{0, 3}, {7, 3}, {4, 0}};
  std::string bytes;
  int done = 0;
  files.store->fetch_all([&, next = std::size_t{0}]() mutable -> std::optional<Fetch> {
    if (next == ranges.size()) return std::nullopt;
    const auto [offset, size] = ranges[next++];
    return Fetch{object, offset, size, [&](std::string_view part) { bytes += part; }, [&] { ++done; }};
  });
  EXPECT_EQ(bytes, "012789");
  EXPECT_EQ(done, 3);
}

TEST(FileStore, NoticesThatAnObjectHasChangedSinceItWasListed) {
  StoreWithFiles files;
  const Object object = files.add("a", "old").front();
  files.add("a", "newer");
  EXPECT_THAT(error_of([&] { files.store->open(object); }), HasSubstr("has changed since it was listed"));
}

TEST(FileStore, OpensNothingButFiles) {
  StoreWithFiles files;
  ASSERT_EQ(::mkfifo(files.directory.file("fifo").c_str(), 0600), 0);
  EXPECT_THAT(error_of([&] { files.store->open(object_at(files.url("fifo"))); }),
              HasSubstr("is a FIFO, not a file"));
  EXPECT_THAT(error_of([&] { files.store->put_file(files.url(""), "a", files.directory.file("fifo")); }),
              HasSubstr("is a FIFO, not a file"));
}

TEST(FileStore, PutsNothingIntoAFolderOfSomebodyElse) {
  StoreWithFiles files;
  std::string base = "file:///", key = "usr/share/training-7";  // in a folder that belongs to root
  if (::geteuid() == 0) {
    base = files.url("");
    key = "training-7/results/model.h5";
    std::filesystem::create_directory(files.directory.file("training-7"));
    ASSERT_EQ(::chown(files.directory.file("training-7").c_str(), 65534, 65534), 0);
  }
  const std::string error = error_of([&] { files.store->put_bytes(base, key, "weights"); });
  EXPECT_THAT(error, HasSubstr("belongs to uid "));
  EXPECT_THAT(error, HasSubstr("name another target in [results]"));
}

TEST(FileStore, PutsNothingWhereALinkLeads) {
  StoreWithFiles files;
  std::filesystem::create_directories(files.directory.file("precious"));
  std::filesystem::create_directories(files.directory.file("b/training-7"));
  std::filesystem::create_symlink(files.directory.file("precious"),
                                  files.directory.file("b/training-7/results"));
  std::filesystem::create_symlink(files.directory.file("precious"), files.directory.file("b/training-8"));
  for (const char* key : {"training-7/results/a", "training-8/a"})
    EXPECT_THAT(error_of([&] { files.store->put_bytes(files.url("b"), key, "1"); }), HasSubstr("is a link"))
        << key;
  EXPECT_TRUE(std::filesystem::is_empty(files.directory.file("precious")));
}

TEST(FileStore, ReplacesALinkInThePlaceOfAnObjectAndNotWhatItNames) {
  StoreWithFiles files;
  files.add("precious", "old");
  std::filesystem::create_symlink(files.directory.file("precious"), files.directory.file("a"));
  files.store->put_bytes(files.url(""), "a", "new");
  EXPECT_EQ(read_whole(*files.store, files.url("precious")), "old");
  EXPECT_EQ(read_whole(*files.store, files.url("a")), "new");
}

TEST(FileStore, PutsNothingBeyondItsFolder) {
  StoreWithFiles files;
  for (const char* key : {"../a", "a/../../b", "", "a/", "/a", "."})
    EXPECT_THAT(error_of([&] { files.store->put_bytes(files.url("d"), key, "1"); }),
                HasSubstr("names no object below its folder"))
        << key;
}

TEST(FileStore, TheEtagChangesWithTheObject) {
  StoreWithFiles files;
  const std::string before = files.add("a", "1").front().etag;
  EXPECT_EQ(files.store->list(files.url("a")).front().etag, before);
  EXPECT_NE(files.add("a", "2").front().etag, before);
}

TEST(FileStore, FindsAnObjectByItsUrl) {
  StoreWithFiles files;
  const Object object = files.add("d/.a", "1").front();
  EXPECT_EQ(files.store->find(files.url("d/.a"))->etag, object.etag);
  EXPECT_FALSE(files.store->find(files.url("d/b")));
  EXPECT_FALSE(files.store->find(files.url("d/.a/b")));
  EXPECT_THAT(error_of([&] { files.store->find(files.url("d")); }), HasSubstr("is not a file"));
}

TEST(FileStore, ComparesAnObjectWithALocalFile) {
  StoreWithFiles files;
  const Object object = files.add("a", "same").front();
  const std::string local = files.directory.file("local");
  for (const auto& [bytes, is_same] :
       {std::pair("same", true), {"sane", false}, {"sam", false}, {"samey", false}}) {
    write_atomically(local, bytes);
    EXPECT_EQ(files.store->has_contents(object, local), is_same) << bytes;
  }
}

TEST(FileStore, RemovesAnObject) {
  StoreWithFiles files;
  files.add("d/a", "1");
  files.add("d/b", "2");
  files.store->remove(files.url("d"), "a");
  files.store->remove(files.url(""), "d/c");
  files.store->remove(files.url("nowhere"), "d/c");
  EXPECT_FALSE(std::filesystem::exists(files.directory.file("d/a")));
  EXPECT_EQ(read_whole(*files.store, files.url("d/b")), "2");
}

TEST(FileStore, RemovesNothingWhereALinkLeads) {
  StoreWithFiles files;
  files.add("precious/a", "1");
  std::filesystem::create_symlink(files.directory.file("precious"), files.directory.file("link"));
  std::filesystem::create_symlink(files.directory.file("precious/a"), files.directory.file("b"));
  EXPECT_THAT(error_of([&] { files.store->remove(files.url(""), "link/a"); }), HasSubstr("is a link"));
  EXPECT_THAT(error_of([&] { files.store->remove(files.url("d"), "../precious/a"); }),
              HasSubstr("names no object below its folder"));
  files.store->remove(files.url(""), "b");
  EXPECT_EQ(read_whole(*files.store, files.url("precious/a")), "1");
}

TEST(FileStore, ErrorsNameTheUrl) {
  StoreWithFiles files;
  EXPECT_THAT(error_of([&] { files.store->list(files.url("none")); }), HasSubstr(files.url("none")));
  EXPECT_THAT(error_of([&] { files.store->open(object_at(files.url("none"))); }), HasSubstr("No such file"));
  EXPECT_THAT(error_of([&] { files.store->list("file://host/a"); }), HasSubstr("file:///folder/name"));
  std::filesystem::create_directory(files.directory.file("empty"));
  EXPECT_THAT(error_of([&] { files.store->list(files.url("empty/")); }), HasSubstr("an empty folder"));
}

TEST(FileStore, AFailedPutLeavesTheOldObjectAndNothingElse) {
  StoreWithFiles files;
  files.add("d/a", "old");
  EXPECT_THROW(files.store->put_file(files.url("d"), "a", files.directory.file("none")), Error);
  EXPECT_EQ(files.store->list(files.url("d")).size(), 1u);
  EXPECT_EQ(read_whole(*files.store, files.url("d/a")), "old");
}

}  // namespace
}  // namespace trainyard
