#include "daemon/cli/agent_program.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/installation.h"

namespace trainyard {
namespace {

// Returns the path of the agent's program. $TRAINYARD_LIBEXECDIR is for programs that are not installed yet.
std::string agent_path() {
  const char* directory = std::getenv("TRAINYARD_LIBEXECDIR");
  return join_path(directory == nullptr ? this_installation().internals : directory, "trainyard-agent");
}

// The words of a command line in the form that exec(3) takes. The first word is the program.
class CommandWords {
 public:
  explicit CommandWords(const std::vector<std::string>& arguments) : words_{agent_path()} {
    words_.insert(words_.end(), arguments.begin(), arguments.end());
    for (std::string& word : words_) pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
  }
  const std::string& program() const { return words_.front(); }
  char* const* pointers() { return pointers_.data(); }

 private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

}  // namespace

void become_agent(const std::vector<std::string>& arguments) {
  CommandWords words(arguments);
  ::execv(words.program().c_str(), words.pointers());
  throw_errno("start " + words.program());
}

int run_agent(const std::vector<std::string>& arguments) {
  CommandWords words(arguments);
  pid_t child = 0;
  errno = ::posix_spawn(&child, words.program().c_str(), nullptr, nullptr, words.pointers(), environ);
  if (errno != 0) throw_errno("start " + words.program());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw_errno("wait for " + words.program());
  if (!WIFEXITED(status))
    throw Error(ErrorKind::unavailable, words.program() + ": was ended by a signal; try again");
  return WEXITSTATUS(status);
}

}  // namespace trainyard
