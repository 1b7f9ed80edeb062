// Signer: adds the headers to a request that every request has, with the signature. Keeps the keys and the
// region, which can change while requests are performed. For any thread.
#pragma once
#include <string>

#include "daemon/base/guarded.h"
#include "plugins/object_store.h"
#include "plugins/s3/endpoint.h"
#include "plugins/s3/failure.h"
#include "plugins/s3/request.h"

namespace trainyard {

// What a try of a request is signed with.
struct SigningState {
  Credential credential;  // with an empty access key, requests are not signed
  std::string region;
  int generation = 0;  // counts the changes
};

class Signer {
 public:
  // Reads the credential that `access` names. Throws Error{denied} with the remedy if there is none of this
  // name, and the errors of read_credentials().
  explicit Signer(const StoreAccess& access);

  SigningState current();

  // Returns the headers of the request, without those that the request has itself.
  static NamesAndValues headers_for(const SigningState& state, const Request& request, const Address& address,
                                    const std::string& payload);

  // Changes keys or region as the failure demands. `generation`: of the state with which the failed try was
  // signed. Returns true if there is a newer state, so that the same request might succeed now.
  bool cure(const Failure& failure, int generation);

  Asker asker() const { return {access_.settings.name, name_}; }

 private:
  StoreAccess access_;
  std::string name_;  // of the credential; empty: none
  Guarded<SigningState> state_;
};

}  // namespace trainyard
