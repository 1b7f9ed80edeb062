// DeputyStarter: where deputies come from: the broker (broker_client.h), or plain children of a daemon that
// acts for its own user only (child_starter.h). On the loop.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "daemon/base/fd.h"
#include "daemon/broker/record.h"

namespace trainyard {

// One process, from its start until it is reaped.
struct DeputyName {
  std::uint32_t uid = 0;
  DeputyKind kind = DeputyKind::files;
  std::uint64_t serial = 0;
  auto operator<=>(const DeputyName&) const = default;
};

// What becomes of deputies; called on the loop.
struct DeputyNews {
  // The process is there; the socket is to it.
  std::function<void(const DeputyName& deputy, UniqueFd socket)> started;
  // There is no process, and there will be none: why, and whether it may be tried again.
  std::function<void(const DeputyName& deputy, const std::string& why, bool passes_by_itself)> refused;
  // A process of a daemon before this one that is still there.
  std::function<void(const DeputyName& deputy)> survived;
  // The process is gone. `why` is empty when it ended by itself, and well.
  std::function<void(const DeputyName& deputy, const std::string& why, bool passes_by_itself)> reaped;
};

class DeputyStarter {
 public:
  virtual ~DeputyStarter() = default;

  // Once, before anything else.
  virtual void tell(DeputyNews news) = 0;

  // Whether it is known which deputies of earlier daemons are still there: until then none is started.
  virtual bool is_ready() const = 0;
  // Why not, for people.
  virtual std::string trouble() const = 0;

  // Answered by started or refused, in time.
  virtual void start(const DeputyName& deputy) = 0;
  // SIGKILL; answered by reaped, when the kernel lets go of the process.
  virtual void kill(const DeputyName& deputy) = 0;
};

}  // namespace trainyard
