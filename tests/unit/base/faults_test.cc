// Tests of base's functions that write files, on a disk that fails during them.
#include <gtest/gtest.h>

#include <cerrno>

#include "daemon/base/archive.h"
#include "daemon/base/atomic_file.h"
#include "daemon/base/directory.h"
#include "daemon/base/error.h"
#include "tests/fakes/faulty_disk.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

void write_old(const std::string& folder) { write_atomically(folder + "/file", "old"); }

void nothing(const std::string&) {}

void commit_unless_there(const std::string& folder) {
  AtomicFile file(folder + "/file");
  file.write("new");
  file.commit_unless_there();
}

void leave_code(const std::string& folder) {
  make_directories(folder + "/code/lib");
  write_atomically(folder + "/code/lib/train.py", "print()");
}

TEST(TheWritersOfBase, LeaveTheOldFileOrTheNewOneWhateverTheDiskDoes) {
  expect_to_survive(
      disk_faults(),
      {{.name = "write_atomically, new",
        .arrange = nothing,
        .act = [](const std::string& folder) { write_atomically(folder + "/file", "new"); }},
       {.name = "write_atomically, over another",
        .arrange = write_old,
        .act = [](const std::string& folder) { write_atomically(folder + "/file", "new"); }},
       {.name = "write_for_later_sync",
        .arrange = write_old,
        .act =
            [](const std::string& folder) {
              write_for_later_sync(folder + "/file", "new");
              sync_file_system(folder);
            }},
       {.name = "create_exclusively",
        .arrange = nothing,
        .act = [](const std::string& folder) { create_exclusively(folder + "/file", "new"); }},
       {.name = "commit_unless_there", .arrange = nothing, .act = commit_unless_there},
       {.name = "pack_folder",
        .arrange = leave_code,
        .act = [](const std::string& folder) { pack_folder(folder + "/code", folder + "/code.tar", 1000); }},
       {.name = "remove_tree", .arrange = leave_code, .act = [](const std::string& folder) {
          remove_tree(folder + "/code");
        }}});
}

// An NFS client answers EACCES to a user who may not write to the parent, also if the folder exists.
TEST(MakeDirectories, TakesAFolderThatExistsWhateverMkdirAnswers) {
  const TemporaryDirectory folder;
  {
    const FaultyDisk refuses(1, DiskFailure::once, EACCES);
    EXPECT_NO_THROW(make_directories(folder.path()));
    EXPECT_TRUE(refuses.has_failed());
  }
  const FaultyDisk refuses(1, DiskFailure::once, EACCES);
  try {
    make_directories(folder.file("missing"));
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::denied) << e.what();
  }
}

}  // namespace
}  // namespace trainyard
