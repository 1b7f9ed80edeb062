// What a child of the broker does until it is a deputy.
#pragma once
#include <string>

#include "daemon/broker/record.h"
#include "daemon/broker/rules.h"

namespace trainyard {

struct DeputyProgram {
  std::string path;  // absolute
  AllowRules rules;
};

// "files" or "slurm": the one argument of the program. nullptr for a number that is no kind.
const char* name_of(DeputyKind kind);

// Makes the calling process, a child of `broker`, the deputy of `uid`: his uid, groups and rights and no
// more, descriptor 3 the socket to the daemon, an empty environment. Asks the name service, so it may take
// for ever: the daemon has it killed. Returns only as an exit status that says what went wrong: see
// refusal_in().
[[noreturn]] void become_deputy(const DeputyProgram& program, uid_t uid, DeputyKind kind, int socket,
                                pid_t broker);

}  // namespace trainyard
