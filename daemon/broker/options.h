// The broker's command line.
#pragma once
#include <sys/types.h>

#include <string>

#include "daemon/broker/child.h"

namespace trainyard {

struct BrokerOptions {
  std::string socket;             // where the daemon connects
  uid_t daemon_uid = 0;           // the only one that may
  DeputyProgram deputy;           // what is executed, and for whom
  unsigned most_deputies = 2000;  // at once, of all users
};

// What the words say. A mistake is written to stderr and ends the process with status 2.
// --version end it, too.
BrokerOptions read_options(int count, char** words);

}  // namespace trainyard
