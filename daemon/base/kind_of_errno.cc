#include "daemon/base/kind_of_errno.h"

#include <cerrno>

namespace trainyard {

ErrorKind kind_of_errno(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return ErrorKind::not_found;
    case EACCES:
    case EPERM:
      return ErrorKind::denied;
    case EINVAL:
    case ENAMETOOLONG:
    case EISDIR:
    case ELOOP:
    case ENXIO:
      return ErrorKind::invalid;
    default:  // a read-only or stale file system, a full disk, too many open files: might work later
      return ErrorKind::unavailable;
  }
}

}  // namespace trainyard
