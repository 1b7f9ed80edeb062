// What stdout and stderr can show.
#pragma once

namespace trainyard {

struct Terminal {
  bool is_terminal = false;  // stdout: lines may be rewritten
  bool colour = false;       // stderr: a terminal, and neither NO_COLOR nor TERM=dumb speaks against it
  bool utf8 = false;         // the locale's letters
  int width = 80;            // of stdout, in columns; 0: no limit, it is a file or a pipe
  bool shows_stdout() const { return width > 0; }

  static Terminal detect();  // also sets the locale from the environment
};

}  // namespace trainyard
