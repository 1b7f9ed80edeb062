// Failure: why a request failed, and whether and after which change it can be repeated. Pure functions.
#pragma once
#include <string>

#include "daemon/base/error.h"
#include "plugins/s3/answers.h"
#include "plugins/s3/request.h"

namespace trainyard {

struct Failure {
  // The change after which the same request can succeed.
  enum class Cure {
    none,         // nothing
    wait,         // a pause
    fewer,        // a pause, and fewer requests at a time: the store says that there are too many
    credentials,  // other credentials: the file might have new ones
    region,       // the signature must name `region`
  };
  Cure cure = Cure::none;
  ErrorKind kind = ErrorKind::unavailable;
  std::string message;  // names URL, code, request id and the remedy
  std::string region;
};

// The store and the credential of a request, for messages.
struct Asker {
  std::string store;          // name of [stores.NAME]; empty: Amazon's
  std::string credential;     // the name under which the keys were added; empty: the request was not signed
  bool is_anonymous = false;  // the user wants requests that are not signed (anonymous_credential)
};

// Returns the failure in an answer: one whose status is not 2xx and whose body has the reason, or one with
// status 200 whose body is an <Error>, as of a CompleteMultipartUpload that fails late.
Failure failure_of(const Request& request, const Answer& answer, const Asker& asker);

// Returns the failure of a request without a complete answer. `code` is libcurl's, `reason` its text.
Failure failure_of_transport(const Request& request, int code, const std::string& reason, const Asker& asker);

}  // namespace trainyard
