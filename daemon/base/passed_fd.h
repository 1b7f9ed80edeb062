// Descriptors that come beside bytes through a Unix socket.
#pragma once
#include <sys/types.h>

#include <cstddef>

#include "daemon/base/fd.h"

namespace trainyard {

// As recv(2) into `bytes`, with its result and errno. A descriptor that comes beside them goes to `fd`,
// closed on exec; without one `fd` stays as it is. Never more than one is taken: the kernel closes others.
ssize_t receive_with_fd(int socket, void* bytes, std::size_t size, int flags, UniqueFd& fd);

}  // namespace trainyard
