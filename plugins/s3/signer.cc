#include "plugins/s3/signer.h"

#include "daemon/base/clock.h"
#include "daemon/base/credentials_file.h"

namespace trainyard {
namespace {

// Returns the name of the credential that is used: the one that was named, else the one with the store's
// name, else "default"; empty if requests are not signed.
std::string choose(const Credentials& known, const StoreAccess& access) {
  if (access.credential == anonymous_credential) return "";
  if (!access.credential.empty()) return access.credential;
  for (const std::string& name : {access.settings.name, std::string("default")})
    if (known.contains(name)) return name;
  return "";
}

Credential find(const Credentials& known, const std::string& name, const StoreAccess& access) {
  if (name.empty()) return {};
  const auto found = known.find(name);
  if (found == known.end())
    throw Error(ErrorKind::denied, access.credentials_file + " has no credential \"" + name +
                                       "\"; add it with: trainyard credential add " + name);
  return found->second;
}

Credentials known_credentials(const StoreAccess& access) {
  return access.credentials_file.empty() ? Credentials{} : read_credentials(access.credentials_file);
}

}  // namespace

Signer::Signer(const StoreAccess& access) : access_(access) {
  const Credentials known = known_credentials(access_);
  name_ = choose(known, access_);
  state_.with([&](State& state) { state = {find(known, name_, access_), access_.settings.region}; });
}

NamesAndValues Signer::headers_for(const Request& request, const Address& address,
                                   const std::string& payload) {
  const State state = state_.with([](const State& s) { return s; });
  const UtcSeconds time = now();
  NamesAndValues headers{{"Host", address.host}};
  const auto add = [&](const char* name, const std::string& value) { headers.emplace_back(name, value); };
  if (state.credential.access_key.empty()) return headers;
  add("x-amz-content-sha256", payload);
  add("x-amz-date", amz_date(time));
  if (!state.credential.session_token.empty()) add("x-amz-security-token", state.credential.session_token);

  NamesAndValues all = headers;
  all.insert(all.end(), request.headers.begin(), request.headers.end());
  add("Authorization", authorization({request.method, address.path, request.query, all, payload},
                                     state.credential, {state.region}, time));
  return headers;
}

bool Signer::cure(const Failure& failure) {
  if (failure.cure == Failure::Cure::region)
    return state_.with([&](State& state) {
      const bool is_new = !failure.region.empty() && state.region != failure.region;
      if (is_new) state.region = failure.region;
      return is_new;
    });
  if (failure.cure != Failure::Cure::credentials || name_.empty()) return false;
  const Credential read = find(known_credentials(access_), name_, access_);
  return state_.with([&](State& state) {
    const bool is_new = !(state.credential == read);
    state.credential = read;
    return is_new;
  });
}

}  // namespace trainyard
