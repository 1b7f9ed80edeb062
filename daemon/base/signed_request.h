// The payload of a munge credential: it describes the one request that the credential was made for. The
// client makes the payload from the request that it sends. The daemon rejects the credential unless the
// payload agrees with the request that it received. munge makes sure that a credential is used once, and
// soon: every credential has its time and its salt.
#pragma once
#include <string>
#include <string_view>

namespace trainyard {

struct SignedRequest {
  std::string method;       // "POST"
  std::string target;       // path and query as they stand in the request: "/v1/runs?state=live"
  std::string body_sha256;  // hex; the digest of no bytes if there is no body
  bool operator==(const SignedRequest&) const = default;
};

// Convert a request to a credential's payload, and back. signed_request_from() throws Error{denied} if the
// payload was made for something else.
std::string to_payload(const SignedRequest& request);
SignedRequest signed_request_from(std::string_view payload);

// The text before the credential in the header Authorization: "MUNGE MUNGE:AwQD…:".
inline constexpr std::string_view authorization_scheme = "MUNGE ";

}  // namespace trainyard
