#include "daemon/cli/agent.h"

#include <unistd.h>

#include <cstdlib>

#include "daemon/base/fd.h"
#include "daemon/base/installation.h"

namespace trainyard {

void become_agent(const std::vector<std::string>& words) {
  const char* directory = std::getenv("TRAINYARD_LIBEXECDIR");
  std::vector<std::string> line{
      join_path(directory == nullptr ? this_installation().internals : directory, "trainyard-agent")};
  line.insert(line.end(), words.begin(), words.end());
  std::vector<char*> pointers;
  for (std::string& word : line) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  ::execv(pointers.front(), pointers.data());
  throw_errno("start " + line.front());
}

}  // namespace trainyard
