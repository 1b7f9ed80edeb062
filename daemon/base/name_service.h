// NameService: looks up the user and groups of a uid, and keeps them in memory. The passwd and group
// databases might be on a server that is slow or unreachable. So only threads of this class query them, and
// no caller waits longer than `patience`.
//
// An answer is valid for `fresh`. After that, the databases are queried again. If they do not answer in time,
// or answer with an error, callers get the old answer, so that known users do not notice the outage. For a
// uid of which no answer is in memory, callers get Error{unavailable} during an outage, and Error{not_found}
// if there is no such user.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/loop.h"
#include "daemon/base/user.h"

namespace trainyard {

struct Identity {
  User user;
  std::vector<std::string> groups;  // names, including the user's own group
};

// Looks up a user and his groups in NSS. Blocks.
Identity identity_of(uid_t uid);

struct NameServiceSettings {
  std::chrono::milliseconds fresh{60'000};
  std::chrono::milliseconds fresh_when_absent{5'000};  // of the answer "no such user"
  std::chrono::milliseconds patience{2'000};
  std::chrono::milliseconds pause{10'000};  // after an error, before the next look-up of the same uid
  int most_threads = 4;                     // how many look-ups can hang at the same time
};

class NameService {
 public:
  using Ask = std::function<Identity(uid_t)>;
  using Known = std::function<void(const Identity&)>;
  using Failed = std::function<void(const std::exception_ptr&)>;

  explicit NameService(Loop& loop, Ask ask = identity_of, NameServiceSettings settings = {});

  // Does not wait for look-ups that hang: their threads end when the look-ups return, or with the process.
  // Callbacks that were not called yet are never called.
  ~NameService();
  NameService(const NameService&) = delete;
  NameService& operator=(const NameService&) = delete;

  // Calls `known` or `failed` on the loop: during this call if the answer is in memory, else within
  // `patience`. Must be called on the loop, and never blocks it.
  void look_up(uid_t uid, Known known, Failed failed);

  // Returns the identity of a uid; blocks for at most `patience`. For any thread but the loop's.
  Identity wait_for(uid_t uid);

  // Returns the identity that is in memory, however old. Never starts a look-up and never blocks. For any
  // thread.
  std::optional<Identity> remembered(uid_t uid) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace trainyard
