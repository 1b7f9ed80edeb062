// The exit codes of our programs, when an error ends them: 2 invalid, 3 not found, 4 denied, 5 unavailable,
// 70 internal. trainyard(1) has them, too.
#pragma once
#include "daemon/base/error.h"

namespace trainyard {

int exit_code_of(ErrorKind kind);

}  // namespace trainyard
