#include "daemon/base/passed_fd.h"

#include <sys/socket.h>

#include <array>
#include <cstring>

namespace trainyard {

ssize_t receive_with_fd(int socket, void* bytes, std::size_t size, int flags, UniqueFd& fd) {
  iovec part{bytes, size};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t got = ::recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
  if (got <= 0) return got;
  for (cmsghdr* beside = CMSG_FIRSTHDR(&message); beside != nullptr; beside = CMSG_NXTHDR(&message, beside)) {
    if (beside->cmsg_level != SOL_SOCKET || beside->cmsg_type != SCM_RIGHTS) continue;
    int received = -1;
    std::memcpy(&received, CMSG_DATA(beside), sizeof received);
    fd = UniqueFd(received);
  }
  return got;
}

}  // namespace trainyard
