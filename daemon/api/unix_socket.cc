#include "daemon/api/unix_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "daemon/base/disk.h"
#include "daemon/base/error.h"

namespace trainyard {
namespace {

constexpr int unix_backlog = SOMAXCONN;  // large, so that one user cannot fill it

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    throw Error(ErrorKind::invalid, "socket " + path + ": the path of a Unix socket has 1 to " +
                                        std::to_string(sizeof address.sun_path - 1) + " bytes");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

UniqueFd new_socket() {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) throw_errno("socket");
  return fd;
}

void remove_stale(const std::string& path, const sockaddr_un& address) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return;
  if (!S_ISSOCK(found.st_mode))
    throw Error(ErrorKind::invalid, "socket " + path +
                                        ": something that is not a socket is in its place; remove it, or "
                                        "name another path in [daemon] socket");
  UniqueFd probe = new_socket();
  // Only ECONNREFUSED means that nobody listens. EAGAIN means that a daemon listens and its backlog is full.
  bool refused = ::connect(probe.get(), generic(address), sizeof address) != 0 && errno == ECONNREFUSED;
  if (!refused) throw Error(ErrorKind::unavailable, "socket " + path + ": another daemon answers on it");
  disk().remove(AT_FDCWD, path.c_str(), 0);
}

}  // namespace

UniqueFd listen_on_unix_socket(const std::string& path) {
  sockaddr_un address = address_of(path);
  remove_stale(path, address);
  UniqueFd fd = new_socket();
  if (::bind(fd.get(), generic(address), sizeof address) != 0) throw_errno("bind " + path);
  if (::chmod(path.c_str(), 0666) != 0) throw_errno("chmod " + path);
  if (::listen(fd.get(), unix_backlog) != 0) throw_errno("listen on " + path);
  return fd;
}

std::optional<Peer> peer_of(int connection) {
  int domain = 0;
  socklen_t size = sizeof domain;
  if (::getsockopt(connection, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) throw_errno("SO_DOMAIN");
  if (domain != AF_UNIX) return std::nullopt;
  ucred credentials{};
  size = sizeof credentials;
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) throw_errno("SO_PEERCRED");
  return Peer{credentials.uid, credentials.gid};
}

}  // namespace trainyard
