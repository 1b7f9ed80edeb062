// AgentProcess: runs the real trainyard-agent as a process, with environment variables as Slurm sets them.
#pragma once
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "daemon/agent/environment.h"

namespace trainyard {

class AgentProcess {
 public:
  // Starts the agent with these arguments, in job 77 on nodes n1 and n2 unless `variables` say otherwise.
  explicit AgentProcess(const std::vector<std::string>& words,
                        std::map<std::string, std::string> variables = {}) {
    variables.insert(
        {{"SLURM_JOB_ID", "77"}, {"SLURM_CLUSTER_NAME", "yard"}, {"SLURM_JOB_NODELIST", "n[1-2]"}});
    std::vector<std::string> arguments{AGENT_PROGRAM};
    arguments.insert(arguments.end(), words.begin(), words.end());
    std::vector<std::string> environment = environment_with(variables);
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::execve(AGENT_PROGRAM, pointers(arguments).data(), pointers(environment).data());
    ::_exit(127);
  }
  ~AgentProcess() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    wait();
  }
  AgentProcess(const AgentProcess&) = delete;
  AgentProcess& operator=(const AgentProcess&) = delete;

  void signal(int number) const { ::kill(pid_, number); }

  // Waits for the agent to end. Returns its exit code, or 128 + the signal that ended it.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> list;
    for (std::string& word : words) list.push_back(word.data());
    list.push_back(nullptr);
    return list;
  }

  pid_t pid_ = 0;
};

}  // namespace trainyard
