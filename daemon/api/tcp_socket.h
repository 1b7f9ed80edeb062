// The TCP socket that the daemon listens on if [network] listen is set.
#pragma once
#include "daemon/base/fd.h"
#include "daemon/base/host_port.h"

namespace trainyard {

// Returns a bound, listening, non-blocking socket; on "[::]" it accepts IPv4 as well. Throws Error{invalid}
// if the host is not an address of this machine, Error{unavailable} if another process listens on this
// address already.
UniqueFd listen_on_tcp(const HostPort& address);

}  // namespace trainyard
