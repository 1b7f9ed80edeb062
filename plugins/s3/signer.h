// Signer: makes the headers that every request has, among them the signature. Keeps the keys and the region,
// which can change while requests are performed. Several threads can use one Signer.
#pragma once
#include <string>

#include "daemon/base/guarded.h"
#include "plugins/object_store.h"
#include "plugins/s3/endpoint.h"
#include "plugins/s3/failure.h"
#include "plugins/s3/request.h"

namespace trainyard {

// The keys and the region that a try of a request is signed with.
struct SigningState {
  Credential credential;  // with an empty access key, requests are not signed
  std::string region;
  int generation = 0;  // counts the changes
};

class Signer {
 public:
  // Reads the credential that `access` names from the user's credentials file. Throws Error{no_credentials}
  // with the remedy if there is none of this name, and the errors of read_credentials().
  explicit Signer(const StoreAccess& access);

  SigningState current();

  // Returns the headers to be sent in addition to request.headers: Host and those of the signature.
  static NamesAndValues headers_for(const SigningState& state, const Request& request, const Address& address,
                                    const std::string& payload);

  // Reads the keys again, or takes over the region, if the failure says that they are wrong. `generation`:
  // that of the state with which the failed try was signed. Returns true if keys or region are others now, so
  // that the same request might succeed.
  bool cure(const Failure& failure, int generation);

  Asker asker() const { return {access_.settings.name, name_, access_.credential == anonymous_credential}; }

 private:
  StoreAccess access_;
  std::string name_;  // of the credential; empty: none
  Guarded<SigningState> state_;
};

}  // namespace trainyard
