// Maps errno to an ErrorKind, for calls on files that failed.
#pragma once
#include "daemon/base/error.h"

namespace trainyard {

// Returns ErrorKind::unavailable if a call that failed with this errno might succeed later. The other kinds
// mean that the file's owner must do something.
ErrorKind kind_of_errno(int error);

}  // namespace trainyard
