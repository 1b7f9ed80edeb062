// Munge credentials: they identify the clients on the network. Each request carries a munge credential that
// was made for this request only (base/signed_request).
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "daemon/api/exchange.h"
#include "daemon/base/munge.h"
#include "daemon/base/workers.h"

namespace trainyard {

// Opens a credential: Munge::open, or the fake of a test.
using OpenCredential = std::function<OpenedCredential(const std::string& credential)>;

// Returns an Identify that opens a request's credential on `workers`, because munged can be slow, and then
// calls `identify_peer`, which looks up the user with the uid in the credential.
Identify identify_by_credential(Workers& workers, OpenCredential open, Identify identify_peer);

// Returns the munge credential of the Authorization header. Throws NotIdentified if there is none.
std::string credential_of(const Request& head);

// Returns the head with the peer and the digest of the body that are in the credential. Throws NotIdentified
// unless the credential was made for this method and target.
Request identified(Request head, const OpenedCredential& opened);

// Returns an Exchange that passes the body on to `exchange`, and calls its finish() only if the body has this
// digest; else it throws NotIdentified. `exchange` must have no effect before finish().
std::unique_ptr<Exchange> only_with_body(std::string sha256, std::unique_ptr<Exchange> exchange);

}  // namespace trainyard
