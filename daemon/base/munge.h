// munge: says on one host of a cluster what uid made something on another. A credential is made and opened by
// the munged of either host; they share a key. libmunge's one home.
//
// Any thread. A call blocks until munged answers, two seconds at most.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

namespace trainyard {

struct OpenedCredential {
  uid_t uid = 0;  // of the process that made it
  gid_t gid = 0;
  std::string payload;
};

class Munge {
 public:
  // The socket of munged; empty: where it listens by default.
  explicit Munge(std::string socket = "") : socket_(std::move(socket)) {}

  // A credential of this process around `payload`, good for `lifetime`; only processes of `for_uid` can open
  // it. Error{unavailable} when munged does not answer.
  std::string make(const std::string& payload, std::chrono::seconds lifetime, uid_t for_uid) const;

  // Opens a credential for the first and only time: munged remembers it until it has expired. Error{denied}
  // says why it does not count and what helps; Error{unavailable} when munged does not answer.
  OpenedCredential open(const std::string& credential) const;

 private:
  std::string socket_;
};

}  // namespace trainyard
