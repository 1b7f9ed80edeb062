// WithoutEcho: switches off the echo of the terminal on standard input for as long as the object lives, and
// until a signal ends the process. Does nothing if standard input is no terminal.
#pragma once

namespace trainyard {

// At most one at a time, in a process of one thread. Meanwhile Ctrl-Z does nothing.
class WithoutEcho {
 public:
  WithoutEcho();
  ~WithoutEcho();
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;

  bool is_terminal() const { return is_terminal_; }

 private:
  bool is_terminal_;
};

}  // namespace trainyard
