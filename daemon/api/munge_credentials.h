// Who asks over the network: each request carries a munge credential that was made for it and for no other
// (base/signed_request).
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "daemon/api/exchange.h"
#include "daemon/base/munge.h"
#include "daemon/base/workers.h"

namespace trainyard {

// Munge::open, or a test's.
using OpenCredential = std::function<OpenedCredential(const std::string& credential)>;

// Opens credentials on `workers`, for munged may take its time; then asks `identify_peer` who that uid is.
Identify identify_by_credential(Workers& workers, OpenCredential open, Identify identify_peer);

// Throws NotIdentified unless a credential came.
std::string credential_of(const Request& head);

// The head with its peer, and with the body that was signed for. Throws NotIdentified unless the credential
// was made for this method and target.
Request identified(Request head, const OpenedCredential& opened);

// Finishes `exchange` only when its body has that digest; else throws NotIdentified. Nothing may come of a
// request before it is finished.
std::unique_ptr<Exchange> only_with_body(std::string sha256, std::unique_ptr<Exchange> exchange);

}  // namespace trainyard
