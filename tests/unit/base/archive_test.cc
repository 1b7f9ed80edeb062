#include "daemon/base/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::int64_t no_limit = 1 << 20;

template <class Action>
std::string error_of(const Action& action) {
  try {
    action();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

// Writes a tar archive with one entry, of a kind that pack_folder() never writes, and returns its path.
std::string tar_with(const TemporaryDirectory& directory, const std::string& name, unsigned type,
                     const std::string& link = "") {
  const std::string path = directory.file("evil.tar");
  archive* tar = archive_write_new();
  archive_write_set_format_pax_restricted(tar);
  archive_write_open_filename(tar, path.c_str());
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, name.c_str());
  archive_entry_set_filetype(entry, type);
  archive_entry_set_perm(entry, 0644);
  if (type == AE_IFLNK) archive_entry_set_symlink(entry, link.c_str());
  if (type == AE_IFREG && !link.empty()) archive_entry_set_hardlink(entry, link.c_str());
  archive_write_header(tar, entry);
  archive_entry_free(entry);
  archive_write_free(tar);
  return path;
}

class Archive : public testing::Test {
 protected:
  Archive() {
    fs::create_directories(directory_.file("code/lib"));
    write_atomically(directory_.file("code/train.py"), "print()", 0640);
    write_atomically(directory_.file("code/lib/tool"), "#!/bin/sh\n", 0700);
    fs::create_symlink("lib/tool", directory_.file("code/tool"));
    fs::create_directory(directory_.file("out"));
  }
  std::string pack(const std::string& name) {
    pack_folder(directory_.file("code"), directory_.file(name), no_limit);
    return directory_.file(name);
  }
  std::string unpack_error(const std::string& archive) {
    return error_of([&] { unpack_archive(archive, directory_.file("out")); });
  }

  TemporaryDirectory directory_;
};

TEST_F(Archive, WhatWasPackedIsUnpackedWithItsLinksAndExecutableBits) {
  unpack_archive(pack("code.tar"), directory_.file("out"));
  EXPECT_EQ(read_file(directory_.file("out/train.py")), "print()");
  EXPECT_EQ(fs::read_symlink(directory_.file("out/tool")), "lib/tool");
  EXPECT_EQ(::access(directory_.file("out/lib/tool").c_str(), X_OK), 0);
  EXPECT_EQ(fs::status(directory_.file("out/train.py")).permissions() & fs::perms::owner_exec,
            fs::perms::none);
}

TEST_F(Archive, EqualTreesHaveEqualDigests) {
  const std::string first = sha256_of_file(pack("1.tar"));
  fs::last_write_time(directory_.file("code/train.py"),
                      fs::file_time_type::clock::now() + std::chrono::hours(1));
  ::chmod(directory_.file("code/train.py").c_str(), 0600);
  EXPECT_EQ(sha256_of_file(pack("2.tar")), first);
  write_atomically(directory_.file("code/train.py"), "print(1)");
  EXPECT_NE(sha256_of_file(pack("3.tar")), first);
}

TEST_F(Archive, LinksThatLeaveTheFolderAreNotPacked) {
  fs::create_symlink("/etc/passwd", directory_.file("code/absolute"));
  EXPECT_THAT(error_of([&] { pack("a.tar"); }), HasSubstr("code/absolute: links to /etc/passwd"));
  fs::remove(directory_.file("code/absolute"));
  fs::create_directory_symlink("lib", directory_.file("code/a"));
  fs::create_symlink("../../out", directory_.file("code/lib/up"));
  EXPECT_THAT(error_of([&] { pack("a.tar"); }), HasSubstr("code/lib/up"));
  EXPECT_FALSE(fs::exists(directory_.file("a.tar")));
}

TEST_F(Archive, PipesAreNotPacked) {
  ASSERT_EQ(::mkfifo(directory_.file("code/pipe").c_str(), 0600), 0);
  EXPECT_THAT(error_of([&] { pack("a.tar"); }), HasSubstr("neither a file, a folder nor a link"));
}

TEST_F(Archive, ALargeFolderIsRefusedWithItsLimit) {
  EXPECT_THAT(error_of([&] { pack_folder(directory_.file("code"), directory_.file("a.tar"), 10); }),
              HasSubstr("larger than 10"));
}

TEST_F(Archive, NothingIsUnpackedOutsideTheFolder) {
  EXPECT_THAT(unpack_error(tar_with(directory_, "../evil", AE_IFREG)), HasSubstr("outside"));
  EXPECT_THAT(unpack_error(tar_with(directory_, "a/../../evil", AE_IFREG)), HasSubstr("outside"));
  EXPECT_THAT(unpack_error(tar_with(directory_, directory_.file("evil"), AE_IFREG)), HasSubstr("outside"));
  EXPECT_THAT(unpack_error(tar_with(directory_, "link", AE_IFLNK, "../..")), HasSubstr("links outside"));
  EXPECT_THAT(unpack_error(tar_with(directory_, "link", AE_IFLNK, "/etc")), HasSubstr("links outside"));
  EXPECT_THAT(unpack_error(tar_with(directory_, "link", AE_IFREG, "/etc/passwd")),
              HasSubstr("links outside"));
  EXPECT_THAT(unpack_error(tar_with(directory_, "device", AE_IFCHR)), HasSubstr("neither a file"));
  EXPECT_FALSE(fs::exists(directory_.file("evil")));
  EXPECT_TRUE(fs::is_empty(directory_.file("out")));
}

TEST_F(Archive, ALinkAlreadyThereIsNotFollowed) {
  fs::create_directory(directory_.file("elsewhere"));
  fs::create_directory_symlink(directory_.file("elsewhere"), directory_.file("out/lib"));
  unpack_error(pack("code.tar"));
  EXPECT_TRUE(fs::is_empty(directory_.file("elsewhere")));
}

TEST_F(Archive, WhatIsNoArchiveIsNamed) {
  EXPECT_THAT(unpack_error(directory_.file("code/train.py")), HasSubstr("train.py"));
  const std::string bytes = read_file(pack("code.tar"));
  write_atomically(directory_.file("cut.tar"), bytes.substr(0, bytes.size() / 2 - 700));
  EXPECT_THAT(unpack_error(directory_.file("cut.tar")), HasSubstr("cut.tar"));
}

std::string read_through(const std::string& bytes) {
  std::size_t given = 0;
  DecompressedReader reader(
      [&](char* buffer, std::size_t size) {
        const std::size_t got = bytes.copy(buffer, std::min<std::size_t>(size, 7), given);
        given += got;
        return got;
      },
      "stream");
  std::string text;
  char buffer[100];
  for (std::size_t got = 0; (got = reader.read(buffer, sizeof buffer)) > 0;) text.append(buffer, got);
  return text;
}

std::string compress(const std::string& text, int (*add_filter)(archive*)) {
  std::string out(text.size() + 10'000, '\0');
  std::size_t used = 0;
  archive* raw = archive_write_new();
  archive_write_set_format_raw(raw);
  add_filter(raw);
  archive_write_set_bytes_in_last_block(raw, 1);
  archive_write_open_memory(raw, out.data(), out.size(), &used);
  archive_entry* entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_write_header(raw, entry);
  archive_write_data(raw, text.data(), text.size());
  archive_entry_free(entry);
  archive_write_free(raw);
  return out.substr(0, used);
}

TEST(DecompressedReader, GivesTheTextWhateverCompressedIt) {
  const std::string text(100'000, 'x');
  for (auto filter :
       {archive_write_add_filter_gzip, archive_write_add_filter_bzip2, archive_write_add_filter_xz,
        archive_write_add_filter_zstd, archive_write_add_filter_none})
    EXPECT_EQ(read_through(compress(text, filter)), text);
  EXPECT_EQ(read_through(""), "");
  EXPECT_EQ(read_through("1,2\n"), "1,2\n");
}

TEST(DecompressedReader, AStreamThatIsCutOffIsAnError) {
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += std::to_string(i * 7919);
  for (auto filter : {archive_write_add_filter_gzip, archive_write_add_filter_bzip2,
                      archive_write_add_filter_xz, archive_write_add_filter_zstd}) {
    const std::string whole = compress(text, filter);
    EXPECT_THAT(error_of([&] { read_through(whole.substr(0, whole.size() / 2)); }), HasSubstr("stream"));
    EXPECT_THAT(error_of([&] { read_through(whole.substr(0, whole.size() - 3)); }), HasSubstr("stream"));
  }
}

TEST(DecompressedReader, TheErrorOfItsSourceComesOut) {
  auto fail = [](char*, std::size_t) -> std::size_t { throw Error(ErrorKind::unavailable, "store is away"); };
  EXPECT_EQ(error_of([&] { DecompressedReader(fail, "stream"); }), "store is away");
}

}  // namespace
}  // namespace trainyard
