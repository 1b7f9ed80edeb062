#include "plugins/s3/signer.h"

#include "daemon/base/clock.h"
#include "daemon/base/credentials_file.h"

namespace trainyard {
namespace {

Credential find(const Credentials& known, const std::string& name, const StoreAccess& access) {
  if (name.empty()) return {};
  const auto found = known.find(name);
  if (found == known.end())
    throw Error(ErrorKind::no_credentials, access.credentials_file + " has no credential \"" + name +
                                               "\"; add it with: trainyard credential add " + name);
  return found->second;
}

Credentials known_credentials(const StoreAccess& access) {
  return access.credentials_file.empty() ? Credentials{} : read_credentials(access.credentials_file);
}

}  // namespace

Signer::Signer(const StoreAccess& access) : access_(access) {
  const Credentials known = known_credentials(access_);
  name_ = chosen_credential(known, access_);
  state_.with([&](SigningState& state) { state = {find(known, name_, access_), access_.settings.region}; });
}

SigningState Signer::current() {
  return state_.with([](const SigningState& state) { return state; });
}

NamesAndValues Signer::headers_for(const SigningState& state, const Request& request, const Address& address,
                                   const std::string& payload) {
  const UtcSeconds time = now();
  NamesAndValues headers{{"Host", address.host}};
  if (state.credential.access_key.empty()) return headers;
  headers.emplace_back("x-amz-content-sha256", payload);
  headers.emplace_back("x-amz-date", amz_date(time));
  if (!state.credential.session_token.empty())
    headers.emplace_back("x-amz-security-token", state.credential.session_token);

  NamesAndValues all = headers;
  all.insert(all.end(), request.headers.begin(), request.headers.end());
  headers.emplace_back("Authorization",
                       authorization({request.method, address.path, request.query, all, payload},
                                     state.credential, {state.region}, time));
  return headers;
}

bool Signer::cure(const Failure& failure, int generation) {
  using Cure = Failure::Cure;
  if (failure.cure != Cure::region && failure.cure != Cure::credentials) return false;
  if (current().generation != generation) return true;
  if (failure.cure == Cure::credentials && name_.empty()) return false;
  SigningState newer = current();
  if (failure.cure == Cure::region)
    newer.region = failure.region;
  else
    newer.credential = find(known_credentials(access_), name_, access_);
  return state_.with([&](SigningState& state) {
    if (state.generation != generation) return true;  // another thread was first
    if (newer.credential == state.credential && newer.region == state.region) return false;
    state = newer;
    ++state.generation;
    return true;
  });
}

}  // namespace trainyard
