#include "daemon/cli/terminal.h"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <string_view>

namespace trainyard {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

int width_of(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Terminal Terminal::detect() {
  std::setlocale(LC_CTYPE, "");
  const char* term = std::getenv("TERM");
  bool dumb = term == nullptr || std::string_view(term) == "dumb";
  Terminal terminal;
  terminal.is_terminal = ::isatty(STDOUT_FILENO) != 0 && !dumb;
  terminal.colour = ::isatty(STDERR_FILENO) != 0 && !dumb && !is_set("NO_COLOR");
  terminal.utf8 = std::string_view(::nl_langinfo(CODESET)) == "UTF-8";
  terminal.width = ::isatty(STDOUT_FILENO) != 0 ? width_of(STDOUT_FILENO) : 0;
  return terminal;
}

}  // namespace trainyard
