// trainyard-deputy: does what the daemon asks for one user, running as that user. The broker starts it, with
// one end of a socket to the daemon as descriptor 3. It ends when the daemon closes the other end.
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <string>

#include "daemon/base/command_line.h"
#include "daemon/base/error.h"
#include "daemon/deputy/serve.h"
#include "plugins/loader.h"

namespace {

using namespace trainyard;

constexpr int daemon_socket = 3;

Verbs verbs_of(const std::string& kind) {
  if (kind == "files") return file_verbs();
  if (kind == "slurm")
    return job_verbs([](const Json& settings) { return load_scheduler_actor("slurm", settings); });
  throw Error(ErrorKind::invalid, "the kind of deputy " + kind + ": must be files or slurm");
}

bool is_socket(int fd) {
  struct stat found {};
  return ::fstat(fd, &found) == 0 && S_ISSOCK(found.st_mode);
}

}  // namespace

int main(int count, char** words) {
  // Keeps the user's other processes from tracing this one, so that only the deputy can use its socket to the
  // daemon.
  ::prctl(PR_SET_DUMPABLE, 0);
  std::signal(SIGPIPE, SIG_IGN);
  ::umask(0077);
  try {
    if (!is_socket(daemon_socket))
      throw Error(ErrorKind::invalid, "started by trainyard-broker(8), not by hand");
    const Syntax syntax{"trainyard-deputy", {{"KIND", "files or slurm"}}, {}};
    const Arguments given = parse_words(syntax, {words + 1, words + count});
    check_complete(syntax, given);
    serve_deputy(daemon_socket, verbs_of(given.text("KIND")));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "trainyard-deputy: %s\n", e.what());
    return 70;
  }
}
