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

// In a catch (...): what was thrown, as an Error. The file system's own exceptions may not come again
// (unavailable); anything else that is no Error is a fault of ours.
Error caught_error();

// A JSON file of the daemon's, its reader's errors naming the file.
template <class Read>
auto read_handover(const std::string& path, const Read& read) {
  try {
    return read(read_json_file(path));
  } catch (const Error& e) {
    throw Error(e.kind(),
                std::string(e.what()).find(path) == std::string::npos ? path + ": " + e.what() : e.what());
  }
}

}  // namespace trainyard
