// Errors: one exception type. Thrown where the fault is known, caught in four places (step → event,
// HTTP → status, the command line's main, the daemon's main). Expected answers are return values.
// This header stays C++17: the kernels include it.
#pragma once
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace trainyard {

// Each kind has one meaning for the driver, the command line (exit code) and HTTP (status).
enum class ErrorKind {
  invalid,      // the request cannot be right whatever the time: 2, 400
  not_found,    // what it names is not there: 3, 404
  denied,       // this user may not: 4, 403
  unavailable,  // not now; the same call may succeed later: 5, 503
  internal,     // our fault: 70, 500
};

const char* to_string(ErrorKind kind);
ErrorKind error_kind_from(const std::string& name);  // throws Error{invalid} on an unknown name

// One thing wrong in a text that a person wrote.
struct Problem {
  std::string file;     // as the person named it
  int line = 0;         // from 1; 0 where no line can be blamed
  int column = 0;       // from 1, in bytes
  std::string object;   // the offending text or key
  std::string message;  // what is wrong
  std::string hint;     // what to write instead; may be empty
};

// "digits.toml:7:1: gpus_per_nodes: unknown key; did you mean gpus_per_node?"
std::string to_string(const Problem& problem);

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  // What a reader found wrong in a text: kind invalid, the message is all problems, a line each.
  explicit Error(std::vector<Problem> problems);
  Error(ErrorKind kind, const std::string& message, std::vector<Problem> problems)
      : std::runtime_error(message), kind_(kind), problems_(std::move(problems)) {}

  ErrorKind kind() const { return kind_; }
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  ErrorKind kind_;
  std::vector<Problem> problems_;
};

[[noreturn]] inline void throw_invalid(const std::string& message) {
  throw Error(ErrorKind::invalid, message);
}

}  // namespace trainyard
