// Receives a file descriptor together with bytes from a Unix socket.
#pragma once
#include <sys/types.h>

#include <cstddef>

#include "daemon/base/fd.h"

namespace trainyard {

// Receives into `bytes` as recv(2) does, with the same result and errno. If a file descriptor comes with the
// bytes, puts it into `fd`, close-on-exec; otherwise leaves `fd` as it is. Takes at most one descriptor; the
// kernel closes any further ones.
ssize_t receive_with_fd(int socket, void* bytes, std::size_t size, int flags, UniqueFd& fd);

}  // namespace trainyard
