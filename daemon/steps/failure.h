// Failure: whether the error of a step ends the run, or the step is tried again. A step that can decide this
// throws a StepFailure. After any other error the step is tried again, as `later` or, for an internal error,
// as `our_fault`; the run does not end.
#pragma once
#include <exception>
#include <string>

#include "daemon/base/error.h"

namespace trainyard {

enum class Meaning {
  later,        // the step can succeed later: it is tried again, and the user sees the reason
  users_fault,  // the step can never succeed: the run fails with this reason
  our_fault,    // a bug in Trainyard: logged as an error, and the step is tried again
};

class StepFailure : public Error {
 public:
  StepFailure(Meaning meaning, const std::string& message);
  Meaning meaning() const { return meaning_; }

 private:
  Meaning meaning_;
};

struct Failure {
  Meaning meaning = Meaning::later;
  std::string reason;             // for the user
  bool files_are_silent = false;  // the file system of the user's scratch does not answer
  bool no_room = false;           // the scheduler takes no more jobs of the user at present
  bool no_credentials = false;    // an object store needs keys of the user; no job was submitted
};
Failure failure_of(std::exception_ptr error);

}  // namespace trainyard
