// Signatures of requests: AWS Signature Version 4, in the Authorization header. Pure functions.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/credentials_file.h"

namespace trainyard {

using NamesAndValues = std::vector<std::pair<std::string, std::string>>;

// A request as it is sent, before it is signed.
struct RequestToSign {
  std::string method;      // "GET"
  std::string path;        // as sent: encoded once, "/" if empty
  NamesAndValues query;    // not encoded, in any order
  NamesAndValues headers;  // names in any case; "host" must be among them
  std::string payload;     // SHA-256 of the body in hexadecimal, or "UNSIGNED-PAYLOAD"
};

struct SigningScope {
  std::string region;  // "us-east-1"
  std::string service = "s3";
};

// The text in place of the body's digest if the body is not signed.
inline constexpr const char* unsigned_payload = "UNSIGNED-PAYLOAD";

// Returns the query as it must be sent: encoded, and sorted by encoded name and value.
std::string canonical_query(const NamesAndValues& query);

// Returns the time as it must be in the header x-amz-date: "20130524T000000Z".
std::string amz_date(UtcSeconds time);

// Returns the value of the header Authorization. All headers of the request are signed; x-amz-date must be
// among them, with the same time.
std::string authorization(const RequestToSign& request, const Credential& credential,
                          const SigningScope& scope, UtcSeconds time);

}  // namespace trainyard
