// ChildStarter: a DeputyStarter that starts deputies as children of the daemon, for the daemon's own user
// only. Needs no root and no broker.
#pragma once
#include <sys/types.h>

#include <map>

#include "daemon/base/loop.h"
#include "daemon/deputies/deputy_starter.h"

namespace trainyard {

class ChildStarter final : public DeputyStarter {
 public:
  // `program`: the absolute path of trainyard-deputy.
  ChildStarter(Loop& loop, std::string program);
  ~ChildStarter() override;

  void tell(DeputyNews news) override { news_ = std::move(news); }
  bool is_ready() const override { return true; }
  std::string trouble() const override { return ""; }
  void start(const DeputyName& deputy) override;
  void kill(const DeputyName& deputy) override;

 private:
  struct Child {
    pid_t pid = -1;
    UniqueFd pidfd;
    Loop::Watch ended;
  };
  void collect(const DeputyName& deputy);

  Loop& loop_;
  std::string program_;
  DeputyNews news_;
  std::map<DeputyName, Child> children_;
};

}  // namespace trainyard
