// The Unix socket that the daemon listens on.
#pragma once
#include <optional>
#include <string>

#include "daemon/api/exchange.h"
#include "daemon/base/fd.h"

namespace trainyard {

// Returns a bound, listening, non-blocking socket with mode 0666, because rights are checked by uid. Replaces
// a socket that a dead daemon left. Throws Error{unavailable} if another daemon listens on the socket at
// `path`, Error{invalid} if the file at `path` is not a socket.
UniqueFd listen_on_unix_socket(const std::string& path);

// Returns the client of a Unix socket's connection; nullopt for a connection of another kind of socket.
std::optional<Peer> peer_of(int connection);

}  // namespace trainyard
