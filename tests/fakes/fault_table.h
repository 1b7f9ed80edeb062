// What a call that changes files does when the disk fails in the middle of it: each of its disk calls is
// failed in each way, and what is then found is judged.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace trainyard {

// A disk that fails once, or from some call on, for as long as this lives.
class Fault {
 public:
  virtual ~Fault() = default;
  virtual const std::vector<std::string>& calls() const = 0;  // those made meanwhile, in order: "rename"
  virtual bool has_failed() const = 0;
};

// A way to fail: a column of the table.
struct FaultKind {
  std::string name;     // "ENOSPC"
  std::string of_call;  // which calls fail so, by how their names begin; empty: all
  std::function<std::unique_ptr<Fault>(std::size_t call)> begin;  // `call`: which is to fail, from 1; 0: none
  bool lasts_for_removals = false;  // nothing can be removed either, from that call on
};

// What a reader finds: contents by name.
using Seen = std::map<std::string, std::string>;

// The plain files and links below a folder, without those that are still written beside their names. The
// folder's own path in a text is replaced by "@".
Seen files_below(const std::string& folder);

// A call under test. Each trial has an empty folder of its own.
struct FaultyCall {
  std::string name;
  std::function<void(const std::string& folder)> arrange;
  std::function<void(const std::string& folder)> act;  // throws Error when it fails
  std::function<Seen(const std::string& folder)> look = files_below;
  bool may_end_in_part = false;  // it changes several files, each whole: what its header says
  // How it is done again without the fault; unset: act.
  std::function<void(const std::string& folder)> act_again{};
};

// Prints the table, a row for each disk call; of many equal ones in a row the first and the last. Fails the
// test where a call ends otherwise than so:
//   unchanged   Error{unavailable} that names the file; a reader finds what was there before
//   complete    no error; a reader finds all of it
//   complete!   Error{unavailable}, and a reader finds all of it: only that it is durable is in doubt
//   in part!    Error{unavailable}, and of several files some are as before, the others as afterwards
// and where the call, done again without the fault, is not complete.
void expect_to_survive(const std::vector<FaultKind>& faults, const std::vector<FaultyCall>& calls);

}  // namespace trainyard
