// Maps errno to an ErrorKind, for calls on files that failed.
#pragma once
#include "daemon/base/error.h"

namespace trainyard {

// `error` is errno's value. Returns unavailable if the call might succeed later; for any other kind the
// file's owner must act.
ErrorKind kind_of_errno(int error);

}  // namespace trainyard
