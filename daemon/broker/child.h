// What a child process of the broker does to become a deputy.
#pragma once
#include <string>

#include "daemon/broker/record.h"
#include "daemon/broker/rules.h"

namespace trainyard {

struct DeputyProgram {
  std::string path;  // absolute
  AllowRules rules;
};

// Returns "files" or "slurm", the deputy program's only argument; nullptr for a number that is not a kind.
const char* name_of(DeputyKind kind);

// Makes the calling process, a child of `broker`, the deputy of `uid`: it gets the uid, groups and rights of
// that user and no more, the socket to the daemon as descriptor 3, and an environment of only PATH and LANG.
// Asks the name service; if that never answers, the daemon has the broker kill the process. If something
// fails, ends the process with an exit status that says what went wrong: see refusal_in().
[[noreturn]] void become_deputy(const DeputyProgram& program, uid_t uid, DeputyKind kind, int socket,
                                pid_t broker);

}  // namespace trainyard
