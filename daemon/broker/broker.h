// The broker: starts deputies on the daemon's word, kills them, and says when they are gone. One thread, one
// loop around poll(2): nothing in it waits for anything but the next event, and nothing asks the name
// service.
#pragma once
#include <deque>
#include <vector>

#include "daemon/base/unique_fd.h"
#include "daemon/broker/options.h"
#include "daemon/broker/process.h"
#include "daemon/broker/record.h"

namespace trainyard {

class Broker {
 public:
  // Finds the deputies that an earlier broker left, and listens at options.socket, mode 0660 of the group
  // that this process has. Ends the process when it cannot.
  explicit Broker(BrokerOptions options);

  // Until a signal ends the process; its deputies are killed by the kernel then.
  [[noreturn]] void serve();

  // One turn of it: waits for events and serves them.
  void serve_events();

 private:
  // A report on its way to the daemon, with the deputy's socket if it has one.
  struct Outgoing {
    BrokerReport report;
    UniqueFd socket;
  };

  void accept_daemon();
  void drop_daemon();
  void greet_daemon();
  void receive_request();
  void send_reports();
  void reap(const std::vector<bool>& ended);
  bool reap(DeputyProcess& process);
  void kill_all() const;

  void answer(const BrokerRequest& request);
  void start(const BrokerRequest& request);
  void kill(const BrokerRequest& request);
  Refusal why_not(const BrokerRequest& request) const;
  void report(BrokerEvent event, const DeputyProcess& process, int wait_status = 0);
  void refuse(const BrokerRequest& request, Refusal refusal);

  const BrokerOptions options_;
  UniqueFd listener_;
  UniqueFd daemon_;                       // the connection; none while the daemon is away
  std::vector<DeputyProcess> processes_;  // deputies and what becomes one, not reaped yet
  std::deque<Outgoing> outgoing_;
};

}  // namespace trainyard
