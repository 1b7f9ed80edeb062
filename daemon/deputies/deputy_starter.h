// DeputyStarter: the interface that starts and kills the processes of deputies. BrokerClient lets the broker
// do it; ChildStarter starts children of a daemon that acts for its own user only. All functions must be
// called on the loop.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "daemon/base/fd.h"
#include "daemon/broker/record.h"

namespace trainyard {

// Identifies one process of a deputy, from its start until it is reaped.
struct DeputyName {
  std::uint32_t uid = 0;
  DeputyKind kind = DeputyKind::files;
  std::uint64_t serial = 0;
  auto operator<=>(const DeputyName&) const = default;
};

// Callbacks that tell what happens to deputies; called on the loop.
struct DeputyNews {
  // The process has started; `socket` connects to it.
  std::function<void(const DeputyName& deputy, UniqueFd socket)> started;
  // No process was started for this start(). `why` gives the reason. If `passes_by_itself`, the same start()
  // might succeed later.
  std::function<void(const DeputyName& deputy, const std::string& why, bool passes_by_itself)> refused;
  // A process that an earlier daemon started is still there.
  std::function<void(const DeputyName& deputy)> survived;
  // The process is gone. `why` is empty if it ended by itself without an error. `passes_by_itself`: as for
  // `refused`.
  std::function<void(const DeputyName& deputy, const std::string& why, bool passes_by_itself)> reaped;
};

class DeputyStarter {
 public:
  virtual ~DeputyStarter() = default;

  // Sets the callbacks. To be called once, before any other function.
  virtual void tell(DeputyNews news) = 0;

  // Returns true if the starter knows which deputies of earlier daemons are still there. Deputies are started
  // only after that.
  virtual bool is_ready() const = 0;
  // Returns the reason why the starter is not ready, in words for people; empty if it is ready.
  virtual std::string trouble() const = 0;

  // Starts a process. DeputyNews::started or refused is called later.
  virtual void start(const DeputyName& deputy) = 0;
  // Sends SIGKILL. DeputyNews::reaped is called when the process is gone.
  virtual void kill(const DeputyName& deputy) = 0;
};

}  // namespace trainyard
