// Tests of each verb of a deputy that changes files, on a disk that fails during it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "daemon/base/digest.h"
#include "daemon/deputy/local_files.h"
#include "daemon/handover/layout.h"
#include "tests/fakes/faulty_disk.h"
#include "tests/kernels/temporary_directory.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;
ScratchRoot root_in(const std::string& folder) { return {folder, folder + "/ada/t", {}}; }
std::string scratch_in(const std::string& folder) { return root_in(folder).path; }
LocalFiles files_in(const std::string& folder) { return LocalFiles(root_in(folder)); }

std::string attempt_in(const std::string& folder) {
  return layout::attempt_directory(scratch_in(folder), 7, 1);
}
std::string array_in(const std::string& folder) { return layout::array_directory(scratch_in(folder), 7, 1); }

void enter(const std::string& folder) { files_in(folder); }

void enter_with_upload(const std::string& folder) {
  enter(folder);
  std::ofstream(folder + "/upload") << "packed";
}

void keep_code(const std::string& folder) {
  files_in(folder).keep_code(sha256("packed"), open_file(folder + "/upload", O_RDONLY), 1000);
}

void enter_with_code(const std::string& folder) {
  enter_with_upload(folder);
  keep_code(folder);
}

void prepare_attempt(const std::string& folder) {
  const AttemptFiles attempt{layout::run_directory(scratch_in(folder), 7), attempt_in(folder), "{}",
                             sha256("packed")};
  files_in(folder).prepare_attempts({attempt}, ArrayLinks{array_in(folder), {{"0", attempt_in(folder)}}});
}

void enter_with_attempt(const std::string& folder) {
  enter_with_code(folder);
  prepare_attempt(folder);
}

void claim_attempt(const std::string& folder) {
  enter_with_attempt(folder);
  write_atomically(attempt_in(folder) + "/claim",
                   to_json(Claim{"yard", 77, 0, "n1", from_unix(1), false}).dump());
}

void revoke_claim(const std::string& folder) {
  files_in(folder).revoke_claim(attempt_in(folder), from_unix(2'000'000));
}

void write_one_file(const std::string& folder) {
  files_in(folder).write_files(attempt_in(folder), {}, {{"settled", "now\n"}});
}

void write_in_the_place_of_another(const std::string& folder) {
  files_in(folder).write_files(attempt_in(folder), {"settled"}, {{"launch.json", "{\"a\":2}"}});
}

void enter_with_bucket(const std::string& folder) {
  enter(folder);
  fs::create_directory(folder + "/bucket");
  for (const char* name : {"a.csv", "b.csv"}) std::ofstream(folder + "/bucket/" + name) << "1,2\n";
}

void list_sources(const std::string& folder) {
  DataSpec data;
  data.source = "file://" + folder + "/bucket/";
  data.format = "csv";
  files_in(folder).list_sources(data, {});
}

// Returns the number of objects in the source list, without times and digests, which differ in each trial.
Seen lists_in(const std::string& folder) {
  Seen lists;
  for (const auto& [name, text] : files_below(folder))
    if (name.ends_with(layout::source_list))
      lists[layout::source_list] += std::to_string(std::ranges::count(text, '\n')) + " objects";
  return lists;
}

void make_code_old(const std::string& folder) {
  enter_with_code(folder);
  const timespec times[2]{{std::time(nullptr) - 2 * 24 * 3600, 0}, {std::time(nullptr) - 2 * 24 * 3600, 0}};
  ASSERT_EQ(
      ::utimensat(AT_FDCWD, layout::uploaded_code(scratch_in(folder), sha256("packed")).c_str(), times, 0),
      0);
}

Seen age_of_code_in(const std::string& folder) {
  struct stat found {};
  if (::stat(layout::uploaded_code(scratch_in(folder), sha256("packed")).c_str(), &found) != 0) return {};
  return {{"code", found.st_mtime > std::time(nullptr) - 3600 ? "used just now" : "not used for days"}};
}

// Returns whether the array's folder and the link of its task 0 exist.
Seen array_found_in(const std::string& folder) {
  Seen seen;
  if (fs::exists(array_in(folder))) seen["folder"] = "there";
  if (fs::is_symlink(array_in(folder) + "/0")) seen["link"] = "there";
  return seen;
}

TEST(VerbsOfADeputy, LeaveFilesWholeWhateverTheDiskDoes) {
  ::setenv("TRAINYARD_PLUGINDIR", FILE_MODULE_FOLDER, 1);
  expect_to_survive(
      disk_faults(),
      {
          {.name = "enter scratch", .arrange = [](const std::string&) {}, .act = enter},
          {.name = "keep_code", .arrange = enter_with_upload, .act = keep_code},
          {.name = "find_code",
           .arrange = make_code_old,
           .act = [](const std::string& folder) { files_in(folder).find_code(sha256("packed")); },
           .look = age_of_code_in},
          {.name = "remove_unused_code",
           .arrange = make_code_old,
           .act = [](const std::string& folder) { files_in(folder).remove_unused_code({}); }},
          {.name = "prepare_attempts",
           .arrange = enter_with_code,
           .act = prepare_attempt,
           .may_end_in_part = true},
          {.name = "revoke_claim, of nobody", .arrange = enter_with_attempt, .act = revoke_claim},
          {.name = "revoke_claim, of a job", .arrange = claim_attempt, .act = revoke_claim},
          {.name = "write_files, one", .arrange = enter_with_attempt, .act = write_one_file},
          {.name = "write_files, one removed",
           .arrange =
               [](const std::string& folder) {
                 enter_with_attempt(folder);
                 write_one_file(folder);
               },
           .act = write_in_the_place_of_another,
           .may_end_in_part = true},
          {.name = "list_sources", .arrange = enter_with_bucket, .act = list_sources, .look = lists_in},
          {.name = "remove_link",
           .arrange = enter_with_attempt,
           .act = [](const std::string& folder) { files_in(folder).remove_link(array_in(folder), "0"); },
           .look = array_found_in,
           .may_end_in_part = true},
          {.name = "remove_tree",
           .arrange = claim_attempt,
           .act =
               [](const std::string& folder) {
                 files_in(folder).remove_tree(layout::run_directory(scratch_in(folder), 7));
               },
           .may_end_in_part = true},
      });
}

// An accepted run refers to the source list. So the entry of the list's folder must be synced, too.
TEST(VerbsOfADeputy, KeepTheListOfADataSetWithTheNameOfItsFolder) {
  TemporaryDirectory folder;
  enter_with_bucket(folder.path());
  FaultyDisk sound(0, DiskFailure::once, EIO);
  list_sources(folder.path());
  EXPECT_EQ(std::ranges::count(sound.calls(), "sync"),
            3);  // syncs of the folder of all data sets, the list, and the list's folder
}

}  // namespace
}  // namespace trainyard
