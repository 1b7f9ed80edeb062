// The broker: starts and kills deputies when the daemon requests it, and reports to the daemon when their
// processes are gone. The broker has one thread, with a loop around poll(2). The thread waits only in
// poll(2), and never asks the name service.
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
  // Finds the deputies that an earlier broker left, and listens at options.socket, which gets mode 0660 and
  // the group of this process. Ends the process if that fails.
  explicit Broker(BrokerOptions options);

  // Serves until a signal ends the process; then the kernel kills its deputies.
  [[noreturn]] void serve();

  // One turn of serve(): waits until a process ends, the daemon connects, or its socket can be used; then
  // reaps, accepts, reads a request and sends reports.
  void serve_events();

 private:
  // A report that is not sent yet, and the socket to the deputy that is sent with a `started` report.
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
  UniqueFd daemon_;                       // the daemon's connection; empty while the daemon is away
  std::vector<DeputyProcess> processes_;  // deputies, and processes that become one, not reaped yet
  std::deque<Outgoing> outgoing_;
};

}  // namespace trainyard
