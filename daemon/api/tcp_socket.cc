#include "daemon/api/tcp_socket.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

constexpr int tcp_backlog = 128;

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { ::freeaddrinfo(addresses); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

std::string named(const HostPort& address) { return "[network] listen = \"" + to_string(address) + '"'; }

Addresses look_up(const HostPort& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  int error = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (error == 0) return Addresses(found);
  throw Error(ErrorKind::invalid, named(address) + ": " + ::gai_strerror(error));
}

}  // namespace

UniqueFd listen_on_tcp(const HostPort& address) {
  Addresses found = look_up(address);
  UniqueFd fd(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) throw_errno("socket");
  const int on = 1, off = 0;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (found->ai_family == AF_INET6) ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (::bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd.get(), tcp_backlog) != 0) {
    ErrorKind kind = errno == EADDRINUSE ? ErrorKind::unavailable : ErrorKind::invalid;
    throw Error(kind, named(address) + ": " + std::strerror(errno));
  }
  return fd;
}

}  // namespace trainyard
