// Tests what a function that changes files leaves behind if the disk fails during it. expect_to_survive()
// makes each of the function's disk calls fail in each way, and then judges what a reader finds.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace trainyard {

// Makes the disk fail once, or from some call on, for as long as this object lives.
class Fault {
 public:
  virtual ~Fault() = default;
  virtual const std::vector<std::string>& calls() const = 0;  // names of the disk calls so far: "rename"
  virtual bool has_failed() const = 0;
};

// A way in which a disk call fails: a column of the table.
struct FaultKind {
  std::string name;     // "ENOSPC"
  std::string of_call;  // how the names of the calls begin that can fail so; empty: all calls
  // Returns a Fault by which the call of this number fails, counted from 1; by 0, none fails.
  std::function<std::unique_ptr<Fault>(std::size_t call)> begin;
  bool lasts_for_removals = false;  // true if all later removals fail, too
};

// What a reader finds: name of a file → contents.
using Seen = std::map<std::string, std::string>;

// Returns the plain files and links below a folder, without temporary files (".tmp-"). In contents and links,
// the folder's own path is replaced by "@".
Seen files_below(const std::string& folder);

// A function under test. Each trial gets a new empty folder.
struct FaultyCall {
  std::string name;
  std::function<void(const std::string& folder)> arrange;
  std::function<void(const std::string& folder)> act;  // throws Error when it fails
  std::function<Seen(const std::string& folder)> look = files_below;
  bool may_end_in_part = false;  // its header permits that only some of its files are changed, each whole
  // Repeats the call without the fault; if not set, `act` does.
  std::function<void(const std::string& folder)> act_again{};
};

// Prints the table, a row for each disk call. Of many successive calls of the same name, only the first and
// the last ones are tried. Fails the test unless each call ends in one of these ways:
//   unchanged   Error{unavailable} that names the file; a reader finds what was there before
//   complete    no error; a reader finds all changes
//   complete!   Error{unavailable} that names the file; a reader finds all changes, perhaps not durable
//   in part!    Error{unavailable} that names the file; some files are unchanged, the others wholly changed
// Also fails the test if the call, repeated without the fault, does not make all changes, or if a temporary
// file is left although removals did not fail.
void expect_to_survive(const std::vector<FaultKind>& faults, const std::vector<FaultyCall>& calls);

}  // namespace trainyard
