// munge: proves to a process on one host of a cluster which uid on another host made a credential. The munged
// of the sender's host makes the credential, the munged of the receiver's host opens it; both have the same
// key. Only munge.cc uses libmunge.
//
// For any thread. A call blocks until munged answers, for at most two seconds.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

namespace trainyard {

struct OpenedCredential {
  uid_t uid = 0;  // of the process that made the credential
  gid_t gid = 0;
  std::string payload;
};

class Munge {
 public:
  // `socket` is munged's socket; empty: munged's default socket.
  explicit Munge(std::string socket = "") : socket_(std::move(socket)) {}

  // Returns a credential that proves this process's uid, holds `payload` and is valid for `lifetime`. Only
  // processes of `for_uid` can open the credential. Throws Error{unavailable} if munged does not answer.
  std::string make(const std::string& payload, std::chrono::seconds lifetime, uid_t for_uid) const;

  // Opens a credential. A second call with the same credential throws Error{denied}, because munged remembers
  // an opened credential until it expires. Throws Error{denied}, with reason and remedy, for any credential
  // that munged rejects, and Error{unavailable} if munged does not answer.
  OpenedCredential open(const std::string& credential) const;

 private:
  std::string socket_;
};

}  // namespace trainyard
