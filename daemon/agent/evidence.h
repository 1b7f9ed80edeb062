// Evidence: what the agent leaves behind for the daemon. Written beside, fsynced, renamed.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/json.h"

namespace trainyard {

// Bytes that are no UTF-8 (a program's log may hold any) become U+FFFD.
void write_evidence(const std::string& path, const Json& evidence);

// The last lines of a text file, at most `count`, each at most 1 000 bytes; none when it is not there.
std::vector<std::string> last_lines(const std::string& path, std::size_t count);

// The exit code of a subcommand that failed this way: 75 for what may work later, else 2, 3, 4, 70.
int agent_exit_code(ErrorKind kind);

// In a catch (...): what was thrown, as an Error. An exception of <filesystem> is judged by its errno;
// anything else that is no Error is a fault of ours.
Error caught_error();

// A JSON file that was written for this job. Without it nothing can be done, and nothing can be told of it
// but in the job's own log: Error{unavailable}, so the agent exits with 75, whatever is wrong with the file.
template <class Read>
auto read_handover(const std::string& path, std::int64_t max_bytes, const Read& read) {
  try {
    return read(read_json_file(path, max_bytes));
  } catch (const Error& e) {
    const std::string why = e.what();
    throw Error(ErrorKind::unavailable,
                (why.find(path) == std::string::npos ? path + ": " : "") + why +
                    "; this job cannot begin without the file that was written for it");
  }
}

}  // namespace trainyard
