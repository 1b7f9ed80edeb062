#include "plugins/s3/failure.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "daemon/base/printable.h"

namespace trainyard {
namespace {

using Cure = Failure::Cure;

struct KnownCode {
  std::string_view code;
  Cure cure;
  ErrorKind kind;
};

// What the error codes of stores mean. For other codes, the HTTP status decides.
constexpr std::array known_codes{
    KnownCode{"SlowDown", Cure::fewer, ErrorKind::unavailable},
    KnownCode{"ServiceUnavailable", Cure::fewer, ErrorKind::unavailable},
    KnownCode{"TooManyRequests", Cure::fewer, ErrorKind::unavailable},
    KnownCode{"RequestTimeout", Cure::wait, ErrorKind::unavailable},
    KnownCode{"BadDigest", Cure::wait, ErrorKind::unavailable},
    KnownCode{"XAmzContentSHA256Mismatch", Cure::wait, ErrorKind::unavailable},
    KnownCode{"IncompleteBody", Cure::wait, ErrorKind::unavailable},
    KnownCode{"OperationAborted", Cure::wait, ErrorKind::unavailable},
    KnownCode{"ConcurrentModification", Cure::wait, ErrorKind::unavailable},
    KnownCode{"RequestTimeTooSkewed", Cure::none, ErrorKind::unavailable},
    KnownCode{"ExpiredToken", Cure::credentials, ErrorKind::no_credentials},
    KnownCode{"TokenRefreshRequired", Cure::credentials, ErrorKind::no_credentials},
    KnownCode{"InvalidToken", Cure::credentials, ErrorKind::no_credentials},
    KnownCode{"InvalidAccessKeyId", Cure::credentials, ErrorKind::no_credentials},
    KnownCode{"SignatureDoesNotMatch", Cure::credentials, ErrorKind::no_credentials},
    KnownCode{"AuthorizationHeaderMalformed", Cure::region, ErrorKind::invalid},
    KnownCode{"PermanentRedirect", Cure::region, ErrorKind::invalid},
    KnownCode{"AccessDenied", Cure::none, ErrorKind::denied},
    KnownCode{"QuotaExceeded", Cure::none, ErrorKind::unavailable},
    KnownCode{"NoSuchBucket", Cure::none, ErrorKind::not_found},
    KnownCode{"NoSuchKey", Cure::none, ErrorKind::not_found},
    KnownCode{"NoSuchUpload", Cure::none, ErrorKind::not_found},
    KnownCode{"PreconditionFailed", Cure::none, ErrorKind::invalid},
};

KnownCode meaning_of_status(int status) {
  if (status == 429 || status == 503) return {"", Cure::fewer, ErrorKind::unavailable};
  if (status == 501) return {"", Cure::none, ErrorKind::invalid};  // the store knows no such request
  if (status == 408 || status >= 500) return {"", Cure::wait, ErrorKind::unavailable};
  if (status == 404) return {"", Cure::none, ErrorKind::not_found};
  if (status == 401 || status == 403) return {"", Cure::none, ErrorKind::denied};
  if (status == 412) return {"", Cure::none, ErrorKind::invalid};
  if (status == 301 || status == 307) return {"", Cure::region, ErrorKind::invalid};
  // A status below 400 that no store sends for a failure: a proxy might have answered.
  if (status < 400) return {"", Cure::wait, ErrorKind::unavailable};
  return {"", Cure::none, ErrorKind::invalid};
}

KnownCode meaning_of(int status, std::string_view code) {
  const auto* known = std::find_if(known_codes.begin(), known_codes.end(),
                                   [&](const KnownCode& k) { return k.code == code; });
  return known != known_codes.end() ? *known : meaning_of_status(status);
}

std::string store_name(const Asker& asker) {
  return asker.store.empty() ? "Amazon S3" : "the store " + asker.store;
}

std::string settings_of(const Asker& asker) {
  return asker.store.empty() ? std::string("[stores.NAME]") : "[stores." + asker.store + "]";
}

std::string remedy_for_denied(const Asker& asker) {
  if (asker.is_anonymous)
    return "the request was not signed, because the manifest names the credential anonymous; name another "
           "one";
  if (asker.credential.empty())
    return "the request was not signed; add keys of this store with: trainyard credential add " +
           (asker.store.empty() ? "default" : asker.store);
  return "the owner of the bucket must permit this to the keys of the credential \"" + asker.credential +
         "\"";
}

// Returns what the user or an admin can do about the failure; empty if nothing is known.
std::string remedy(const Request& request, const Answer& answer, std::string_view code, const Asker& asker) {
  const std::string add =
      "trainyard credential add " + (asker.credential.empty() ? "NAME" : asker.credential);
  if (code == "ExpiredToken" || code == "TokenRefreshRequired" || code == "InvalidToken")
    return "the session token of the credential \"" + asker.credential +
           "\" is no longer valid; add a new one: " + add;
  if (code == "InvalidAccessKeyId")
    return store_name(asker) + " does not know the access key of the credential \"" + asker.credential +
           "\", or it has expired; add another one: " + add;
  if (code == "SignatureDoesNotMatch")
    return "the secret key of the credential \"" + asker.credential + "\" is wrong; add it again: " + add;
  if (code == "RequestTimeTooSkewed")
    return "the clock of this host is wrong; the store's time is " + printable(answer.header("date"));
  if (code == "NoSuchBucket") return store_name(asker) + " has no bucket " + request.bucket;
  if (code == "QuotaExceeded") return "the quota of the bucket or of its owner is used up";
  if (answer.status == 301 || answer.status == 307)
    return "the store sends requests for this bucket to another place; set region or endpoint in " +
           settings_of(asker);
  if (code == "AuthorizationHeaderMalformed") return "set region in " + settings_of(asker);
  if (answer.status == 412) return "the object has changed since it was listed";
  if (answer.status == 401 || answer.status == 403 || request.method == "HEAD")
    return remedy_for_denied(asker);
  return "";
}

std::string region_of(const Answer& answer, const StoreProblem& problem) {
  return problem.region.empty() ? printable(answer.header("x-amz-bucket-region")) : problem.region;
}

}  // namespace

Failure failure_of(const Request& request, const Answer& answer, const Asker& asker) {
  StoreProblem problem = read_problem(answer.body);
  if (problem.request_id.empty()) problem.request_id = printable(answer.header("x-amz-request-id"));
  KnownCode meaning = meaning_of(answer.status, problem.code);

  Failure failure;
  failure.region = region_of(answer, problem);
  if (meaning.cure == Cure::region && failure.region.empty()) meaning.cure = Cure::none;
  // The answer to HEAD has no body and so no error code. The reason might be the keys.
  if (request.method == "HEAD" && (answer.status == 400 || answer.status == 401 || answer.status == 403))
    meaning = {"", Cure::credentials, ErrorKind::denied};
  if (meaning.kind == ErrorKind::denied && asker.credential.empty() && !asker.is_anonymous)
    meaning.kind = ErrorKind::no_credentials;
  failure.cure = meaning.cure;
  failure.kind = meaning.kind;
  failure.message = fmt::format("{} {}: HTTP {}", request.method, url_of(request), answer.status);
  if (!problem.code.empty()) failure.message += ' ' + problem.code;
  if (!problem.message.empty()) failure.message += ": " + problem.message;
  if (!problem.request_id.empty()) failure.message += " (request " + problem.request_id + ')';
  const std::string help = remedy(request, answer, problem.code, asker);
  if (!help.empty()) failure.message += "; " + help;
  return failure;
}

Failure failure_of_transport(const Request& request, int code, const std::string& reason,
                             const Asker& asker) {
  Failure failure{Cure::wait, ErrorKind::unavailable,
                  fmt::format("{} {}: {} does not answer: {}", request.method, url_of(request),
                              store_name(asker), reason),
                  ""};
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      failure.cure = Cure::none;
      failure.kind = ErrorKind::denied;
      failure.message += "; set ca_file in " + settings_of(asker) + " to the certificate of the authority";
      break;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      failure.cure = Cure::none;
      failure.kind = ErrorKind::invalid;
      failure.message += "; correct endpoint in " + settings_of(asker);
      break;
    default:
      break;
  }
  return failure;
}

}  // namespace trainyard
