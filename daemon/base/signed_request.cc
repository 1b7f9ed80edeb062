#include "daemon/base/signed_request.h"

#include <vector>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

// The first line of a payload. A credential for another service, or for another version of this payload, does
// not have it and is rejected.
constexpr std::string_view purpose = "trainyard request 1";

}  // namespace

std::string to_payload(const SignedRequest& request) {
  return join({std::string(purpose), request.method, request.target, request.body_sha256}, "\n");
}

SignedRequest signed_request_from(std::string_view payload) {
  std::vector<std::string> lines = split(payload, '\n');
  if (lines.size() != 4 || lines[0] != purpose)
    throw Error(ErrorKind::denied, "the munge credential was not made for a request to trainyardd");
  return {lines[1], lines[2], lines[3]};
}

}  // namespace trainyard
