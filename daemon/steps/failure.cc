#include "daemon/steps/failure.h"

#include "daemon/deputies/users.h"

namespace trainyard {
namespace {

ErrorKind kind_for(Meaning meaning) {
  switch (meaning) {
    case Meaning::users_fault:
      return ErrorKind::invalid;
    case Meaning::our_fault:
      return ErrorKind::internal;
    case Meaning::later:
      return ErrorKind::unavailable;
  }
  return ErrorKind::internal;
}

}  // namespace

StepFailure::StepFailure(Meaning meaning, const std::string& message)
    : Error(kind_for(meaning), message), meaning_(meaning) {}

Failure failure_of(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const StepFailure& e) {
    return {e.meaning(), e.what()};
  } catch (const FilesAreSilent& e) {
    return {Meaning::later, e.what(), true};
  } catch (const NoRoom& e) {
    return {Meaning::later, e.what(), false, true};
  } catch (const Error& e) {
    return {.meaning = e.kind() == ErrorKind::internal ? Meaning::our_fault : Meaning::later,
            .reason = e.what(),
            .no_credentials = e.kind() == ErrorKind::no_credentials};
  } catch (const std::exception& e) {
    return {Meaning::our_fault, e.what()};
  }
}

}  // namespace trainyard
