// What an error of a step means for the run or the data set. A step that knows says so by throwing a
// StepFailure; an error that nobody classified means `later`: the step is performed again, and the run is not
// ended by it.
#pragma once
#include <exception>
#include <string>

#include "daemon/base/error.h"

namespace trainyard {

enum class Meaning {
  later,         // the same step may succeed then; the reason is shown to the user
  users_fault,   // it will never succeed as it was submitted: the run fails, and the reason says why
  attempt_over,  // this attempt cannot go on: another one may
  our_fault,     // a mistake of Trainyard's: logged as such, and tried again
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
  bool files_are_silent = false;  // the file system of his scratch does not answer
  bool no_room = false;           // the scheduler takes no more jobs of his at present
};
Failure failure_of(std::exception_ptr error);

}  // namespace trainyard
