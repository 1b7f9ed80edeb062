// NameService: who a uid is, kept in memory. The passwd and group databases may be on a server that is slow
// or away, so they are asked on threads of this class alone, and never waited for longer than `patience`.
//
// An answer holds for `fresh`. After that the name service is asked again; where it does not answer in time,
// or answers with an error, the old answer goes on holding. So nobody who is known notices that it is away. A
// uid that was never looked up gets Error{unavailable} then, and Error{not_found} when there is no such user.
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
  std::vector<std::string> groups;  // by name, the user's own among them
};

// Asks NSS. Blocks.
Identity identity_of(uid_t uid);

struct NameServiceSettings {
  std::chrono::milliseconds fresh{60'000};
  std::chrono::milliseconds fresh_when_absent{5'000};  // of "no such user": somebody may just be adding it
  std::chrono::milliseconds patience{2'000};
  std::chrono::milliseconds pause{10'000};  // after an error, before the same uid is asked for again
  int most_threads = 4;                     // so many look-ups may hang at a time
};

class NameService {
 public:
  using Ask = std::function<Identity(uid_t)>;
  using Known = std::function<void(const Identity&)>;
  using Failed = std::function<void(const std::exception_ptr&)>;

  explicit NameService(Loop& loop, Ask ask = identity_of, NameServiceSettings settings = {});

  // Does not wait for look-ups that hang: their threads end when they come back, or with the process.
  // Callbacks that were not called yet never are.
  ~NameService();
  NameService(const NameService&) = delete;
  NameService& operator=(const NameService&) = delete;

  // On the loop, which it never blocks. One of the two is called, on the loop: at once, from within this
  // call, when the answer is in memory; else within `patience`.
  void look_up(uid_t uid, Known known, Failed failed);

  // Any thread but the loop's. Blocks for at most `patience`.
  Identity wait_for(uid_t uid);

  // What is in memory, however old. Any thread; never blocks, never asks.
  std::optional<Identity> remembered(uid_t uid) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace trainyard
