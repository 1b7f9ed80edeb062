// Retry: how an attempt can end, and which ends are worth another attempt.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "daemon/base/json.h"

namespace trainyard {

enum class Cause {
  completed,
  exit_code,      // the program's, not 0
  try_again,      // the program exited with 75: it was told to stop, or could not go on just then
  signal,         // ended the program, and nobody said why
  out_of_memory,  // by Slurm's word
  time_limit,
  node_failure,
  preempted,
  cancelled,
  data,         // its data set was not there
  lost,         // neither evidence nor a word of Slurm's on its end
  never_began,  // no agent ever took it, and nobody ended its job
};
const char* to_string(Cause cause);
Cause cause_from(const std::string& name);  // Error{invalid} lists the names

// Whether an attempt that ended so was none at the program: tried again whatever [retry] says, and not
// counted.
bool is_free(Cause cause);

// [retry]
struct RetrySpec {
  int attempts = 1;  // all together, the first among them; free ones do not count
  std::vector<Cause> on{Cause::node_failure, Cause::preempted, Cause::lost, Cause::try_again};
  std::chrono::seconds warning{60};  // USR2 so long before the time limit, where that is tried again

  bool covers(Cause cause) const;
  // Whether the program is told that its end is near: a retry is then to find its checkpoint.
  bool warns() const { return attempts > 1 && (covers(Cause::time_limit) || covers(Cause::preempted)); }
  bool operator==(const RetrySpec&) const = default;
};

// What `on` may name, for the reader and the manual.
std::vector<std::string> retry_words();

Json to_json(const RetrySpec& retry);
RetrySpec retry_from_json(const Json& json);

}  // namespace trainyard
