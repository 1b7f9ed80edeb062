#include "daemon/api/munge_credentials.h"

#include "daemon/base/digest.h"
#include "daemon/base/error.h"
#include "daemon/base/log.h"
#include "daemon/base/printable.h"
#include "daemon/base/signed_request.h"

namespace trainyard {
namespace {

constexpr std::size_t enough_of_a_target = 200;  // bytes; enough to recognize it in the journal

class OnlyWithBody : public Exchange {
 public:
  OnlyWithBody(std::string sha256, std::unique_ptr<Exchange> exchange)
      : sha256_(std::move(sha256)), exchange_(std::move(exchange)) {}

  void add_body(std::string_view bytes) override {
    hash_.add(bytes);
    exchange_->add_body(bytes);
  }

  void finish(Responder responder) override {
    if (hash_.hex() != sha256_)
      throw NotIdentified("the munge credential was made for a request with another body");
    exchange_->finish(std::move(responder));
  }

 private:
  std::string sha256_;
  std::unique_ptr<Exchange> exchange_;
  Sha256 hash_;
};

// Opens the credential of a request and returns the head with its peer. Throws NotIdentified for a bad
// credential; other errors, such as a munged that does not answer, are thrown unchanged.
Request identify_now(const Request& head, const OpenCredential& open) {
  try {
    return identified(head, open(credential_of(head)));
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::denied) throw NotIdentified(e.what());
    throw;
  }
}

void log_refusal(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    log_info("event=not_identified message=\"{}\"", e.what());
  }
}

}  // namespace

std::string credential_of(const Request& head) {
  if (!head.authorization.starts_with(authorization_scheme))
    throw NotIdentified(
        "no munge credential came with the request: over the network trainyard signs each of its requests; "
        "use it, or the daemon's socket on the head node");
  return head.authorization.substr(authorization_scheme.size());
}

Request identified(Request head, const OpenedCredential& opened) {
  SignedRequest what = signed_request_from(opened.payload);
  if (what.method != head.method || what.target != head.target)
    throw NotIdentified("the munge credential was made for another request: " +
                        escaped((what.method + ' ' + what.target).substr(0, enough_of_a_target)));
  head.peer = {opened.uid, opened.gid};
  head.body_sha256 = what.body_sha256;
  return head;
}

Identify identify_by_credential(Workers& workers, OpenCredential open, Identify identify_peer) {
  return [&workers, open = std::move(open), identify_peer = std::move(identify_peer)](Request head,
                                                                                      Identified answer) {
    workers.run([open, head = std::move(head)] { return identify_now(head, open); },
                [identify_peer, answer](Request known) { identify_peer(std::move(known), answer); },
                [refused = answer.refused](const std::exception_ptr& error) {
                  log_refusal(error);
                  refused(error);
                });
  };
}

std::unique_ptr<Exchange> only_with_body(std::string sha256, std::unique_ptr<Exchange> exchange) {
  return std::make_unique<OnlyWithBody>(std::move(sha256), std::move(exchange));
}

}  // namespace trainyard
