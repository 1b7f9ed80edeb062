#include "daemon/base/munge.h"

#include <munge.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

struct Free {
  void operator()(void* bytes) const { std::free(bytes); }
};

class MungeContext {
 public:
  explicit MungeContext(const std::string& socket) : context_(munge_ctx_create()) {
    if (!context_) throw Error(ErrorKind::internal, "munge: out of memory");
    if (!socket.empty()) set(MUNGE_OPT_SOCKET, socket.c_str());
  }

  template <class Value>
  void set(munge_opt_t option, Value value) {
    if (munge_ctx_set(context_.get(), option, value) != EMUNGE_SUCCESS) fail(EMUNGE_BAD_ARG);
  }

  munge_ctx_t get() const { return context_.get(); }

  // Returns munge's error message for the last call: "Unable to access \"/run/munge/munge.socket.2\": No such
  // file …".
  std::string words(munge_err_t error) const {
    const char* detail = munge_ctx_strerror(context_.get());
    return detail != nullptr ? detail : munge_strerror(error);
  }

  [[noreturn]] void fail(munge_err_t error) const {
    if (error == EMUNGE_SOCKET || error == EMUNGE_TIMEOUT)
      throw Error(ErrorKind::unavailable, "munged does not answer on this host: " + words(error) +
                                              "; start it with 'systemctl start munge'");
    throw Error(ErrorKind::internal, "munge: " + words(error));
  }

 private:
  struct Destroy {
    void operator()(munge_ctx_t context) const { munge_ctx_destroy(context); }
  };
  std::unique_ptr<std::remove_pointer_t<munge_ctx_t>, Destroy> context_;
};

// Returns why a credential is rejected; empty if the error does not concern the credential.
std::string fault_of_credential(munge_err_t error) {
  switch (error) {
    case EMUNGE_CRED_EXPIRED:
      return "it has expired: the clocks of the two hosts differ, or it was long on its way; synchronise the "
             "clocks and try again";
    case EMUNGE_CRED_REWOUND:
      return "it comes from the future: the clock of the host where it was made is ahead; synchronise the "
             "clocks";
    case EMUNGE_CRED_REPLAYED:
      return "it was used before: each request needs one of its own";
    case EMUNGE_CRED_UNAUTHORIZED:
      return "it was made for a daemon of another user, and this one runs as uid " +
             std::to_string(::geteuid()) + ": set TRAINYARD_DAEMON_USER to that user's name";
    case EMUNGE_BAD_ARG:  // the credential is empty
    case EMUNGE_CRED_INVALID:
    case EMUNGE_BAD_CRED:
    case EMUNGE_BAD_REALM:
      return "it is broken, or was made by a munged with another key: all hosts of the cluster need the same "
             "/etc/munge/munge.key";
    case EMUNGE_BAD_VERSION:
    case EMUNGE_BAD_CIPHER:
    case EMUNGE_BAD_MAC:
    case EMUNGE_BAD_ZIP:
    case EMUNGE_BAD_LENGTH:
      return std::string("the munged of this host cannot read it: ") + munge_strerror(error);
    default:
      return "";
  }
}

}  // namespace

std::string Munge::make(const std::string& payload, std::chrono::seconds lifetime, uid_t for_uid) const {
  MungeContext context(socket_);
  context.set(MUNGE_OPT_TTL, static_cast<int>(lifetime.count()));
  context.set(MUNGE_OPT_UID_RESTRICTION, for_uid);
  char* made = nullptr;
  munge_err_t error = munge_encode(&made, context.get(), payload.data(), static_cast<int>(payload.size()));
  std::unique_ptr<char, Free> credential(made);
  if (error != EMUNGE_SUCCESS) context.fail(error);
  return credential.get();
}

OpenedCredential Munge::open(const std::string& credential) const {
  MungeContext context(socket_);
  OpenedCredential opened;
  void* bytes = nullptr;
  int size = 0;
  munge_err_t error =
      munge_decode(credential.c_str(), context.get(), &bytes, &size, &opened.uid, &opened.gid);
  std::unique_ptr<void, Free> payload(bytes);
  if (std::string fault = fault_of_credential(error); !fault.empty())
    throw Error(ErrorKind::denied, "the munge credential does not count: " + fault);
  if (error != EMUNGE_SUCCESS) context.fail(error);
  opened.payload.assign(static_cast<const char*>(payload.get()), static_cast<std::size_t>(size));
  return opened;
}

}  // namespace trainyard
