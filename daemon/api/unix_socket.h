// The Unix socket that the daemon listens on.
#pragma once
#include <optional>
#include <string>

#include "daemon/api/exchange.h"
#include "daemon/base/fd.h"

namespace trainyard {

// Bound, listening, non-blocking; 0666, for rights are checked by uid. A socket that a dead daemon left is
// replaced; Error{unavailable} when somebody answers on it, Error{invalid} when something else is at `path`.
UniqueFd listen_on_unix_socket(const std::string& path);

// Who connected; nothing for a connection of another kind of socket.
std::optional<Peer> peer_of(int connection);

}  // namespace trainyard
