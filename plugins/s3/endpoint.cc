#include "plugins/s3/endpoint.h"

#include <string_view>

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "plugins/s3/uri.h"

namespace trainyard {
namespace {

struct Origin {
  std::string scheme;  // "https://"
  std::string host;    // with the port, unless it is the scheme's own
};

std::string amazon_host(const std::string& region) { return "s3." + region + ".amazonaws.com"; }

// Removes the port that HTTP clients leave out of the header Host, because the signature covers this header.
std::string without_default_port(const std::string& host, const std::string& scheme) {
  const std::string port = scheme == "http://" ? ":80" : ":443";
  return host.ends_with(port) ? host.substr(0, host.size() - port.size()) : host;
}

Origin origin_of(const StoreSettings& store) {
  if (store.endpoint.empty()) return {"https://", amazon_host(store.region)};
  for (const char* scheme : {"https://", "http://"}) {
    if (!store.endpoint.starts_with(scheme)) continue;
    std::string host = store.endpoint.substr(std::string_view(scheme).size());
    if (host.ends_with('/')) host.pop_back();
    if (host.empty() || host.find_first_of("/?#@ ") != std::string::npos || !is_one_printable_line(host))
      break;
    return {scheme, without_default_port(ascii_lower(host), scheme)};
  }
  throw Error(ErrorKind::invalid, "endpoint of the store " + store.name + ": \"" + store.endpoint +
                                      "\" must be https:// or http://, a host, and perhaps a port");
}

}  // namespace

Address address_of(const StoreSettings& store, const std::string& bucket, const std::string& key) {
  const Origin origin = origin_of(store);
  if (store.style == StoreSettings::Style::path)
    return {origin.scheme + origin.host, origin.host, '/' + bucket + '/' + encode_path(key)};
  const std::string host = bucket + '.' + origin.host;
  return {origin.scheme + host, host, '/' + encode_path(key)};
}

}  // namespace trainyard
