// BrokerClient: a DeputyStarter that has trainyard-broker(8) start and kill deputies, by messages over the
// broker's socket. Connects again when the broker is restarted.
#pragma once
#include <set>

#include "daemon/base/loop.h"
#include "daemon/deputies/deputy_starter.h"

namespace trainyard {

class BrokerClient final : public DeputyStarter {
 public:
  BrokerClient(Loop& loop, std::string socket_path);

  void tell(DeputyNews news) override;
  bool is_ready() const override { return is_ready_; }
  std::string trouble() const override { return trouble_; }
  void start(const DeputyName& deputy) override;
  void kill(const DeputyName& deputy) override;

 private:
  void connect();
  void lose(const std::string& why);
  void receive();
  void take(const BrokerReport& report, UniqueFd socket);
  bool send(BrokerVerb verb, const DeputyName& deputy);

  Loop& loop_;
  std::string path_;
  DeputyNews news_;
  UniqueFd socket_;
  Loop::Watch readable_, again_;
  bool is_ready_ = false;
  std::string trouble_ = "the broker has not answered yet";
  // Deputies that this daemon has requested or that were reported as running, and that were not reported as
  // gone.
  std::set<DeputyName> expected_;
  std::set<DeputyName> survivors_;  // reported by a broker that is not ready yet
};

}  // namespace trainyard
