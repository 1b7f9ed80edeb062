// The causes for which an attempt can end, and the [retry] table, which names the causes after which the run
// gets another attempt.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "daemon/base/json.h"

namespace trainyard {

enum class Cause {
  completed,
  exit_code,      // the program exited with a code other than 0
  try_again,      // the program exited with 75: it was told to stop, or cannot go on at present
  signal,         // a signal ended the program, and Slurm gives no reason
  out_of_memory,  // reported by Slurm
  time_limit,
  node_failure,
  preempted,
  cancelled,
  data,         // the data set could not be staged, or was not on scratch any more
  lost,         // neither evidence nor Slurm tells how the attempt ended
  never_began,  // no agent claimed the attempt, and no user ended its job
};
const char* to_string(Cause cause);
Cause cause_from(const std::string& name);  // Error{invalid} lists the names

// Returns true if an attempt that ended with this cause did not start the program. Such an attempt is
// repeated whatever [retry] says, and does not count as one of [retry] attempts.
bool is_free(Cause cause);

// The manifest's [retry] table.
struct RetrySpec {
  int attempts = 1;  // in all, including the first; free ones (is_free) do not count
  std::vector<Cause> on{Cause::node_failure, Cause::preempted, Cause::lost, Cause::try_again};
  std::chrono::seconds warning{60};  // time from the warning (USR2) to the time limit, if warns()

  bool covers(Cause cause) const;
  // Returns true if the program gets a warning (USR2) before its end, so that it can write a checkpoint for
  // the next attempt.
  bool warns() const { return attempts > 1 && (covers(Cause::time_limit) || covers(Cause::preempted)); }
  bool operator==(const RetrySpec&) const = default;
};

// Returns the causes that [retry] `on` may name, for the parser and the test of the manual.
std::vector<std::string> retry_words();

Json to_json(const RetrySpec& retry);
RetrySpec retry_from_json(const Json& json);

}  // namespace trainyard
