#include "daemon/cli/own_name.h"

#include <pwd.h>
#include <unistd.h>

namespace trainyard {

std::string own_name() {
  const passwd* self = ::getpwuid(::geteuid());
  return self ? self->pw_name : std::to_string(::geteuid());
}

}  // namespace trainyard
