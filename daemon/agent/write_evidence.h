// Evidence: files that the agent writes for the daemon. Each appears complete: it is written beside its name,
// fsynced and renamed.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/json.h"

namespace trainyard {

// Writes a file of evidence. Bytes that are not UTF-8 become U+FFFD; a program's log can hold such bytes.
void write_evidence(const std::string& path, const Json& evidence);

// Returns the last lines of a text file: at most `count`, each cut to 1 000 bytes; none if there is no file.
std::vector<std::string> last_lines(const std::string& path, std::size_t count);

// Returns the exit code of a subcommand that failed with such an error: 75 if it might work later, else 2, 3,
// 4 or 70.
int agent_exit_code(ErrorKind kind);

// Returns the exception that is being handled as an Error; for use in catch (...). An exception of
// <filesystem> gets the kind that fits its errno. Any other exception that is no Error becomes
// Error{internal}: a fault of Trainyard.
Error caught_error();

// Reads a JSON file that was written for this job. Without the file the job can do nothing, and can report
// the problem only in its own log. So every problem with the file is Error{unavailable}, and the agent exits
// with 75.
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
