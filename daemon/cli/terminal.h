// Terminal: whether stdout and stderr are terminals, and whether they can show colours, UTF-8 and how many
// columns.
#pragma once

namespace trainyard {

struct Terminal {
  bool is_terminal = false;  // stdout is a terminal that can rewrite lines
  bool colour = false;       // stderr is a terminal, and NO_COLOR and TERM=dumb are not set
  bool utf8 = false;         // the locale's character set is UTF-8
  int width = 80;            // of stdout, in columns; 0: no limit, stdout is not a terminal
  bool shows_stdout() const { return width > 0; }

  static Terminal detect();  // also sets the locale from the environment
};

}  // namespace trainyard
