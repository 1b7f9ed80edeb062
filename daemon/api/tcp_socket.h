// The TCP socket that the daemon listens on, where [network] listen says so.
#pragma once
#include "daemon/base/fd.h"
#include "daemon/base/host_port.h"

namespace trainyard {

// Bound, listening, non-blocking; "[::]" takes IPv4 as well. Error{invalid} for a host that is none of this
// machine's, Error{unavailable} when somebody listens there already.
UniqueFd listen_on_tcp(const HostPort& address);

}  // namespace trainyard
