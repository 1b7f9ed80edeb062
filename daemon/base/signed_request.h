// What a credential says of the one request that it was made for. Client and daemon each write it down from
// what they sent and what they got; only where the two agree the credential counts. That it is used once, and
// soon, is munge's part: every credential has its time and its salt.
#pragma once
#include <string>
#include <string_view>

namespace trainyard {

struct SignedRequest {
  std::string method;       // "POST"
  std::string target;       // path and query as they stand in the request: "/v1/runs?state=live"
  std::string body_sha256;  // hex; of no bytes where there is no body
  bool operator==(const SignedRequest&) const = default;
};

// The credential's payload, and back. Error{denied} for one that was made for something else.
std::string to_payload(const SignedRequest& request);
SignedRequest signed_request_from(std::string_view payload);

// How a credential stands in the header Authorization: "MUNGE MUNGE:AwQD…:".
inline constexpr std::string_view authorization_scheme = "MUNGE ";

}  // namespace trainyard
