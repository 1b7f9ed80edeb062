// The broker's command line.
#pragma once
#include <sys/types.h>

#include <string>

#include "daemon/broker/child.h"

namespace trainyard {

struct BrokerOptions {
  std::string socket;             // the path at which the daemon connects
  uid_t daemon_uid = 0;           // the only uid that may connect
  DeputyProgram deputy;           // the program to execute, and the users for whom it may be executed
  unsigned most_deputies = 2000;  // at the same time, of all users
};

// Reads the command line. On a mistake, writes it to stderr and ends the process with status 2.
BrokerOptions read_options(int count, char** words);

}  // namespace trainyard
