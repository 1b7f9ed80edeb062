// Another program, run to its end.
#pragma once
#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace trainyard {

struct ProgramResult {
  int exit_code = -1;  // 128 + n when signal n ended it
  std::string output;  // stdout and stderr together
};

class Program {
 public:
  // Found by PATH unless it holds a slash; its output goes to `output_file`.
  Program(const std::vector<std::string>& arguments, const std::string& output_file);
  ~Program();  // kills it if it still runs
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
