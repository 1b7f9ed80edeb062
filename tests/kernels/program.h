// Program: runs another program and captures its output.
#pragma once
#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace trainyard {

struct ProgramResult {
  int exit_code = -1;  // 128 + n if signal n ended the program
  std::string output;  // stdout and stderr together
};

class Program {
 public:
  // Starts arguments[0], found by PATH unless it contains a slash. Its output goes to `output_file`. Throws
  // Error if it cannot be started.
  Program(const std::vector<std::string>& arguments, const std::string& output_file);
  ~Program();  // kills the program if wait() was not called
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number);
  ProgramResult wait();

 private:
  std::string output_file_;
  pid_t pid_ = -1;
};

ProgramResult run_program(const std::vector<std::string>& arguments, const std::string& output_file);

}  // namespace trainyard
