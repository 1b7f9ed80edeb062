// The exit codes of our programs after an error: 2 invalid, 3 not found, 4 denied, 5 unavailable, 70
// internal. trainyard(1) lists them, too.
#pragma once
#include "daemon/base/error.h"

namespace trainyard {

int exit_code_of(ErrorKind kind);

}  // namespace trainyard
