// Puts of the module for file:// on a disk that fails during them.
#include <gtest/gtest.h>

#include "daemon/base/atomic_file.h"
#include "plugins/file/file_store.h"
#include "tests/fakes/faulty_disk.h"

namespace trainyard {
namespace {

std::string results_in(const std::string& folder) { return "file://" + folder + "/results/"; }

void put_text(const std::string& folder) {
  make_file_store()->put_bytes(results_in(folder), "training-7/model/weights", "trained");
}

void leave_older_results(const std::string& folder) {
  make_file_store()->put_bytes(results_in(folder), "training-7/model/weights", "older");
}

void leave_local_file(const std::string& folder) { write_atomically(folder + "/local", "trained"); }

TEST(TheFileStore, ShowsAnObjectWholeOrNotAtAllWhateverTheDiskDoes) {
  expect_to_survive(disk_faults(),
                    {{.name = "put_bytes, new", .arrange = [](const std::string&) {}, .act = put_text},
                     {.name = "put_bytes, over another", .arrange = leave_older_results, .act = put_text},
                     {.name = "put_file",
                      .arrange = leave_local_file,
                      .act =
                          [](const std::string& folder) {
                            make_file_store()->put_file(results_in(folder), "training-7/weights",
                                                        folder + "/local");
                          }},
                     {.name = "remove", .arrange = leave_older_results, .act = [](const std::string& folder) {
                        make_file_store()->remove(results_in(folder), "training-7/model/weights");
                      }}});
}

}  // namespace
}  // namespace trainyard
