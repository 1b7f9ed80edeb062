// Deputies: sends the daemon's calls to the users' deputies. Starts the deputy that a call needs, sends it
// one call after the other, kills it if it does not answer by the call's deadline, and ends a deputy that has
// had no call for a while. A user has at most one process of each kind; the next one starts only after the
// last one is reaped.
#pragma once
#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "daemon/base/guarded.h"
#include "daemon/base/loop.h"
#include "daemon/deputies/deputy_starter.h"
#include "daemon/deputy/frame.h"

namespace trainyard {

struct DeputyCall {
  std::uint32_t uid = 0;
  DeputyKind kind = DeputyKind::files;
  Frame request;
  std::chrono::milliseconds deadline{10'000};  // from the moment the request is sent
};

class Deputies {
 public:
  // `idle`: how long a deputy without calls is kept.
  Deputies(Loop& loop, std::unique_ptr<DeputyStarter> starter,
           std::chrono::milliseconds idle = std::chrono::minutes(1));
  ~Deputies();
  Deputies(const Deputies&) = delete;
  Deputies& operator=(const Deputies&) = delete;

  // Sends a call to the user's deputy when its turn comes. Calls either `answer` or `failed`, once. `failed`
  // gets Error{unavailable}, or Error{denied} if this user cannot have a deputy. A call that was sent to a
  // deputy for Slurm fails only when the deputy is reaped, because the deputy might still act until then.
  // Must be called on the loop, where the callbacks are called, too.
  void call(DeputyCall call, std::function<void(Frame)> answer,
            std::function<void(std::exception_ptr)> failed);

  // Does the same, for any thread but the loop's. Blocks until the answer has come and returns it, or throws
  // the error.
  Frame call_and_wait(DeputyCall call);

  // Fails all calls, and accepts no more. Threads that wait in call_and_wait() get an error. To be called on
  // the loop, or after the loop has ended.
  void stop();

  // Sets a function that is called on the loop when a deputy's process has been reaped, or was not started.
  void on_reaped(std::function<void(std::uint32_t uid, DeputyKind kind)> observer);

  // Return, for a status report, the number of deputies, and why none can be started now (empty: they can).
  std::size_t count() const { return deputies_.size(); }
  std::string trouble() const { return starter_->trouble(); }

 private:
  struct Waiting;
  struct Blocked;  // a thread in call_and_wait()
  struct Deputy;
  using Key = std::pair<std::uint32_t, DeputyKind>;

  void started(const DeputyName& name, UniqueFd socket);
  void ended(const DeputyName& name, const std::string& why, bool passes_by_itself);
  void advance(const Key& key);
  void send(Deputy& deputy);
  void wait_to_send(Deputy& deputy);
  void wait_for_answer(Deputy& deputy);
  void receive(const Key& key);
  void overdue(const Key& key);
  void end(Deputy& deputy);
  void fail_waiting(Deputy& deputy, std::exception_ptr error);
  Deputy* find(const DeputyName& name);

  Loop& loop_;
  std::unique_ptr<DeputyStarter> starter_;
  std::chrono::milliseconds idle_;
  std::map<Key, std::unique_ptr<Deputy>> deputies_;
  std::uint64_t last_serial_;
  bool stopped_ = false;
  struct Threads {
    std::set<std::shared_ptr<Blocked>> blocked;
    bool stopped = false;
  };
  Guarded<Threads> threads_;
  std::function<void(std::uint32_t, DeputyKind)> reaped_observer_;
};

}  // namespace trainyard
