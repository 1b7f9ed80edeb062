// Which kind of error it is when a call about a file fails.
#pragma once
#include "daemon/base/error.h"

namespace trainyard {

// `error` is errno's value. unavailable: later it may work; all others are for the file's owner to mend.
ErrorKind kind_of_errno(int error);

}  // namespace trainyard
