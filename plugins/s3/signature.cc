#include "plugins/s3/signature.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <map>

#include "daemon/base/digest.h"
#include "daemon/base/text.h"
#include "plugins/s3/uri.h"

namespace trainyard {
namespace {

constexpr const char* algorithm = "AWS4-HMAC-SHA256";

// Removes spaces at both ends, and replaces several spaces by one.
std::string trimmed(std::string_view value) {
  std::string text;
  for (char c : trim(value))
    if (c != ' ' || text.back() != ' ') text += c;
  return text;
}

// Names in lower case, sorted.
using CanonicalHeaders = std::map<std::string, std::string>;

CanonicalHeaders canonical(const NamesAndValues& headers) {
  CanonicalHeaders sorted;
  for (const auto& [name, value] : headers) sorted[ascii_lower(name)] = trimmed(value);
  return sorted;
}

std::string names_of(const CanonicalHeaders& headers) {
  std::string names;
  for (const auto& [name, value] : headers) names += (names.empty() ? "" : ";") + name;
  return names;
}

std::string canonical_request(const RequestToSign& request, const CanonicalHeaders& headers) {
  std::string text = request.method + '\n' + request.path + '\n' + canonical_query(request.query) + '\n';
  for (const auto& [name, value] : headers) text += name + ':' + value + '\n';
  return text + '\n' + names_of(headers) + '\n' + request.payload;
}

std::string signing_key(const std::string& secret, const std::string& day, const SigningScope& scope) {
  std::string key = "AWS4" + secret;
  for (const std::string& part : {day, scope.region, scope.service, std::string("aws4_request")})
    key = hmac_sha256(key, part);
  return key;
}

}  // namespace

std::string canonical_query(const NamesAndValues& query) {
  NamesAndValues encoded;
  for (const auto& [name, value] : query)
    encoded.emplace_back(encode_component(name), encode_component(value));
  std::sort(encoded.begin(), encoded.end());
  std::string text;
  for (const auto& [name, value] : encoded) text += (text.empty() ? "" : "&") + name + '=' + value;
  return text;
}

std::string amz_date(UtcSeconds time) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(static_cast<std::time_t>(to_unix(time))));
}

std::string authorization(const RequestToSign& request, const Credential& credential,
                          const SigningScope& scope, UtcSeconds time) {
  const CanonicalHeaders headers = canonical(request.headers);
  const std::string date = amz_date(time), day = date.substr(0, 8);
  const std::string place = day + '/' + scope.region + '/' + scope.service + "/aws4_request";
  const std::string to_sign = std::string(algorithm) + '\n' + date + '\n' + place + '\n' +
                              sha256(canonical_request(request, headers));
  return std::string(algorithm) + " Credential=" + credential.access_key + '/' + place +
         ",SignedHeaders=" + names_of(headers) +
         ",Signature=" + to_hex(hmac_sha256(signing_key(credential.secret_key, day, scope), to_sign));
}

}  // namespace trainyard
