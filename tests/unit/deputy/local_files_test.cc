#include "daemon/deputy/local_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>

#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "daemon/handover/layout.h"
#include "daemon/handover/source_list.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class AUsersFiles : public ::testing::Test {
 protected:
  AUsersFiles() { ::setenv("TRAINYARD_PLUGINDIR", FILE_MODULE_FOLDER, 1); }

  std::string attempt() const { return layout::attempt_directory(root_.path, 7, 1); }
  AttemptFiles files(const std::string& launch) const {
    return {layout::run_directory(root_.path, 7), attempt(), launch, ""};
  }
  ErrorKind kind_of(const std::function<void()>& work) {
    try {
      work();
    } catch (const Error& e) {
      return e.kind();
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorKind::internal;
  }
  std::string text_of(const std::string& path) { return read_file(path); }
  // Sets the file's times to two days ago, as if it was last used then.
  void make_old(const std::string& path) {
    const timespec old{std::time(nullptr) - 2 * 24 * 3600, 0};
    const timespec times[2]{old, old};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }

  TemporaryDirectory site_;
  ScratchRoot root_{site_.path(), site_.file("ada/t"), {}};
  LocalFiles files_{root_};
};

TEST_F(AUsersFiles, ArePreparedForAnAttemptAsOftenAsItIsAskedFor) {
  for (const char* launch : {"{\"a\":1}", "{\"a\":2}"})
    files_.prepare_attempts({files(launch)}, std::nullopt);
  EXPECT_EQ(text_of(attempt() + "/launch.json"), "{\"a\":2}");
  EXPECT_TRUE(fs::is_directory(attempt() + "/logs"));
}

TEST_F(AUsersFiles, OfAnArrayAreFoundByTheTask) {
  ArrayLinks links{layout::array_directory(root_.path, 7, 1), {{"0", attempt()}}};
  for (int i = 0; i < 2; ++i) files_.prepare_attempts({files("{}")}, links);
  EXPECT_EQ(text_of(links.directory + "/0/launch.json"), "{}");
  files_.remove_link(links.directory, "0");
  EXPECT_FALSE(fs::exists(links.directory));
  EXPECT_TRUE(fs::exists(attempt()));
}

TEST_F(AUsersFiles, AreReadWhereTheyArePlainAndSmall) {
  files_.write_files(attempt(), {}, {{"plain", "text"}, {"empty", ""}});
  ASSERT_EQ(::mkfifo((attempt() + "/fifo").c_str(), 0600), 0);
  fs::create_directory(attempt() + "/folder");
  fs::create_symlink("/dev/zero", attempt() + "/zero");
  fs::create_symlink("loop", attempt() + "/loop");
  write_atomically(attempt() + "/sparse", "");
  ASSERT_EQ(::truncate((attempt() + "/sparse").c_str(), off_t{100} << 30), 0);
  FilesFound found =
      files_.read_files(attempt(), {"plain", "empty", "fifo", "folder", "zero", "loop", "sparse", "none"});
  EXPECT_TRUE(found.has_directory);
  EXPECT_EQ(found.files["plain"].text, "text");
  EXPECT_EQ(found.files["empty"].text, "");
  for (const char* broken : {"fifo", "folder", "zero", "loop", "sparse"}) {
    EXPECT_EQ(found.files[broken].text, std::nullopt) << broken;
    EXPECT_NE(found.files[broken].problem, "") << broken;
  }
  EXPECT_EQ(found.files["none"].text, std::nullopt);
  EXPECT_EQ(found.files["none"].problem, "");
}

TEST_F(AUsersFiles, AreNotThereWhereTheirDirectoryIsNot) {
  FilesFound found = files_.read_files(attempt(), {"exit.json"});
  EXPECT_FALSE(found.has_directory);
  EXPECT_EQ(found.files["exit.json"].text, std::nullopt);
}

// As long as this object lives, the test runs as an ordinary user, because root may access everything.
class AsAnOrdinaryUser {
 public:
  // Gives `directory`, and the directories above it up to `top`, to that user.
  AsAnOrdinaryUser(const fs::path& directory, const fs::path& top) {
    if (!is_root_) return;
    for (fs::path path = directory; path != top.parent_path(); path = path.parent_path())
      EXPECT_EQ(::chown(path.c_str(), nobody, nobody), 0) << path;
    EXPECT_EQ(::seteuid(nobody), 0);
  }
  ~AsAnOrdinaryUser() {
    if (!is_root_) return;
    EXPECT_EQ(::seteuid(0), 0);
  }
  AsAnOrdinaryUser(const AsAnOrdinaryUser&) = delete;
  AsAnOrdinaryUser& operator=(const AsAnOrdinaryUser&) = delete;

 private:
  static constexpr uid_t nobody = 65534;
  bool is_root_ = ::geteuid() == 0;
};

TEST_F(AUsersFiles, AreKnownToBeClosedToHim) {
  files_.prepare_attempts({files("{}")}, std::nullopt);
  AsAnOrdinaryUser he(attempt(), site_.path());
  EXPECT_TRUE(files_.read_files(attempt(), {}).may_write);
  ASSERT_EQ(::chmod(attempt().c_str(), 0500), 0);
  EXPECT_FALSE(files_.read_files(attempt(), {}).may_write);
}

TEST_F(AUsersFiles, LieBelowHisPartOfScratch) {
  EXPECT_EQ(kind_of([&] { files_.read_files("/etc", {"passwd"}); }), ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { files_.remove_tree(root_.path + "/../../x"); }), ErrorKind::invalid);
}

TEST_F(AUsersFiles, AreReadPieceByPiece) {
  std::string log = attempt() + "/log";
  files_.write_files(attempt(), {}, {{"log", "0123456789"}});
  FilePiece first = files_.read_piece(log, 0, 4), last = files_.read_piece(log, first.next, 100);
  EXPECT_EQ(first.bytes, "0123");
  EXPECT_EQ(last.bytes, "456789");
  EXPECT_EQ(last.next, 10);
  EXPECT_EQ(files_.read_piece(log, 10, 100).bytes, "");
  EXPECT_EQ(files_.read_piece(attempt() + "/none", 7, 100).next, 7);
  ASSERT_EQ(::mkfifo((attempt() + "/fifo").c_str(), 0600), 0);
  EXPECT_EQ(kind_of([&] { files_.read_piece(attempt() + "/fifo", 0, 1); }), ErrorKind::invalid);
}

TEST_F(AUsersFiles, AreRemovedThoughHeClosedThem) {
  files_.prepare_attempts({files("{}")}, std::nullopt);
  ASSERT_EQ(::chmod(attempt().c_str(), 0), 0);
  files_.remove_tree(layout::run_directory(root_.path, 7));
  EXPECT_FALSE(fs::exists(layout::run_directory(root_.path, 7)));
  files_.remove_tree(layout::run_directory(root_.path, 7));
}

TEST_F(AUsersFiles, HaveTheCodeThatWasUploadedForEveryRunThatNamesIt) {
  std::string digest = sha256("packed");
  write_atomically(site_.file("upload"), "packed");
  EXPECT_EQ(files_.find_code(digest), std::nullopt);
  files_.keep_code(digest, open_file(site_.file("upload"), O_RDONLY), 1000);
  EXPECT_EQ(files_.find_code(digest), 6);
  AttemptFiles with_code = files("{}");
  with_code.code_digest = digest;
  for (int i = 0; i < 2; ++i) files_.prepare_attempts({with_code}, std::nullopt);
  EXPECT_EQ(text_of(with_code.run_directory + "/code.tar"), "packed");
}

TEST_F(AUsersFiles, RefuseCodeOfAnotherDigest) {
  write_atomically(site_.file("upload"), "packed");
  EXPECT_EQ(
      kind_of([&] { files_.keep_code(sha256("else"), open_file(site_.file("upload"), O_RDONLY), 1000); }),
      ErrorKind::invalid);
  EXPECT_EQ(files_.find_code(sha256("else")), std::nullopt);
}

TEST_F(AUsersFiles, KeepNoMoreCodeThanHeMayHave) {
  for (const char* bytes : {"first ", "second"}) {
    write_atomically(site_.file("upload"), bytes);
    auto keep = [&] { files_.keep_code(sha256(bytes), open_file(site_.file("upload"), O_RDONLY), 11); };
    if (bytes == std::string("first "))
      keep();
    else
      EXPECT_EQ(kind_of(keep), ErrorKind::invalid);
  }
  EXPECT_EQ(files_.find_code(sha256("second")), std::nullopt);
}

TEST_F(AUsersFiles, LoseTheCodeThatNoRunUsesADayAfterItWasAskedFor) {
  for (const char* bytes : {"used", "awaited", "unused", "young"}) {
    write_atomically(site_.file("upload"), bytes);
    files_.keep_code(sha256(bytes), open_file(site_.file("upload"), O_RDONLY), 1000);
  }
  AttemptFiles with_code = files("{}");
  with_code.code_digest = sha256("used");
  files_.prepare_attempts({with_code}, std::nullopt);
  for (const char* bytes : {"used", "awaited", "unused"})
    make_old(layout::uploaded_code(root_.path, sha256(bytes)));
  files_.remove_unused_code({sha256("awaited")});
  EXPECT_EQ(files_.find_code(sha256("used")), 4);
  EXPECT_EQ(files_.find_code(sha256("awaited")), 7);
  EXPECT_EQ(files_.find_code(sha256("unused")), std::nullopt);
  EXPECT_EQ(files_.find_code(sha256("young")), 5);
}

TEST_F(AUsersFiles, KnowHowMuchSpaceIsFree) { EXPECT_GT(files_.free_bytes(), 0); }

TEST_F(AUsersFiles, HaveTheListOfADataSetsObjectsBesideIt) {
  fs::create_directory(site_.file("bucket"));
  for (const char* name : {"a.csv", "b.csv"}) write_atomically(site_.file("bucket/") + name, "1,2\n");
  DataSpec data;
  data.source = "file://" + site_.file("bucket/");
  data.format = "csv";
  SourceList list = files_.list_sources(data, {});
  EXPECT_EQ(list.objects, 2);
  EXPECT_EQ(list.size_bytes, 8);
  EXPECT_EQ(files_.list_sources(data, {}), list);
  StageRequest request;
  read_source_list(join_path(layout::dataset_directory(root_.path, list.digest), layout::source_list),
                   request);
  ASSERT_EQ(request.objects.size(), 2u);
  EXPECT_THAT(request.objects[0].url, HasSubstr("a.csv"));

  write_atomically(site_.file("bucket/b.csv"), "1,2,3\n");
  EXPECT_NE(files_.list_sources(data, {}).digest, list.digest);
}

}  // namespace
}  // namespace trainyard
