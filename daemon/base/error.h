// Errors: one exception type. It is thrown where the fault is known, and caught in four places: where a
// step's error becomes an event, where a request's error becomes an HTTP status, and in the main functions of
// the command line and the daemon. Expected answers are return values instead.
// This header stays C++17: the kernels include it.
#pragma once
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace trainyard {

// The kind decides what the driver does. The numbers beside each kind are the command line's exit code and
// the HTTP status.
enum class ErrorKind {
  invalid,    // the request is wrong, now and later: 2, 400
  not_found,  // the object that the request names does not exist: 3, 404
  denied,     // this user may not do this: 4, 403
  // an object store needs keys of the user, which are missing, or it refuses those that it gets: 4, 403
  no_credentials,
  unavailable,  // not possible now; the same call might succeed later: 5, 503
  internal,     // a fault of Trainyard itself: 70, 500
};

const char* to_string(ErrorKind kind);
ErrorKind error_kind_from(const std::string& name);  // throws Error{invalid} on an unknown name

// One mistake in a text that a person wrote.
struct Problem {
  std::string file;     // the file's name, as the person gave it
  int line = 0;         // counted from 1; 0 if the mistake is in no particular line
  int column = 0;       // counted from 1, in bytes
  std::string object;   // the offending text or key
  std::string message;  // what is wrong
  std::string hint;     // what to write instead; can be empty
};

// Returns one line, such as "digits.toml:7:1: gpus_per_nodes: unknown key; did you mean gpus_per_node?".
std::string to_string(const Problem& problem);

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  // An Error{invalid} with all mistakes that were found in a text; its message has one line for each.
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
