#include "daemon/base/exit_code.h"

namespace trainyard {

int exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return 2;
    case ErrorKind::not_found:
      return 3;
    case ErrorKind::denied:
    case ErrorKind::no_credentials:
      return 4;
    case ErrorKind::unavailable:
      return 5;
    case ErrorKind::internal:
      return 70;
  }
  return 70;
}

}  // namespace trainyard
