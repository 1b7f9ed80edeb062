// NameCheck: compares the accounts, partitions and QOS that manifests name with what the scheduler allows, so
// that a user who may not use one hears it at once and not when the run's turn has come. Finds out the user's
// default account, because plans count by it. The scheduler has the last word: while it does not answer,
// nobody is kept waiting. On the loop.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/base/guarded.h"
#include "daemon/base/loop.h"
#include "daemon/base/workers.h"
#include "daemon/manifest/manifest.h"
#include "plugins/scheduler.h"

namespace trainyard {

// Whose manifests they are.
struct NamedBy {
  std::string user;
  std::set<std::string> groups;  // of Unix
  std::string file;              // that problems are reported in
};

class NameCheck {
 public:
  // `lane`: of one thread, for reading the scheduler.
  NameCheck(Loop& loop, Workers& lane, SchedulerReader& reader) : loop_(loop), lane_(lane), reader_(reader) {}

  // Calls `go_on` when nothing is refused, or the scheduler has not answered for five seconds; `failed` with
  // an Error{invalid} that lists what is refused.
  void check(const NamedBy& by, const std::vector<const Manifest*>& manifests, std::function<void()> go_on,
             std::function<void(std::exception_ptr)> failed);

  // The account that the user's run is charged to: as asked for, else the default one; empty where that is
  // not known.
  std::string account_of(const Manifest& manifest, const std::string& user) const;

 private:
  struct Answer;
  struct Check;
  std::set<JobNames> names_to_check(const std::string& user,
                                    const std::vector<const Manifest*>& manifests) const;
  bool needs_default_account(const std::string& user, const std::vector<const Manifest*>& manifests) const;
  void remember(const std::string& user, const std::set<JobNames>& names, const Answer& answer);

  // Users whose default account is to be asked for: all of them in one question.
  using Wanted = Guarded<std::set<std::string>>;

  struct DefaultAccount {
    std::string account;
    UtcSeconds at{};  // when the scheduler said so
  };

  Loop& loop_;
  Workers& lane_;
  SchedulerReader& reader_;
  std::map<std::pair<std::string, JobNames>, UtcSeconds>
      allowed_;                                             // user and names → when the scheduler said so
  std::map<std::string, DefaultAccount> default_accounts_;  // by user
  std::shared_ptr<Wanted> wanted_ = std::make_shared<Wanted>();
};

}  // namespace trainyard
