// NameCheck: checks with the scheduler that a user may use the accounts, partitions and QOS that the user's
// manifests name, so that the user gets an error at once, and not only when the job is submitted. Also finds
// out the user's default account, because plans can count GPUs by account. If the scheduler does not answer,
// the check accepts all names, because the scheduler checks them again when the job is submitted. Must be
// used on the loop.
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

// The user whose manifests are checked.
struct NamedBy {
  std::string user;
  std::set<std::string> groups;  // the user's Unix groups
  std::string file;              // the file that error messages name
};

class NameCheck {
 public:
  // `lane` has one thread and reads from the scheduler.
  NameCheck(Loop& loop, Workers& lane, SchedulerReader& reader) : loop_(loop), lane_(lane), reader_(reader) {}

  // Calls `go_on` if the scheduler refuses none of the names, or if it fails or has not answered for five
  // seconds. Otherwise calls `failed` with an Error{invalid} that lists the refused names.
  void check(const NamedBy& by, const std::vector<const Manifest*>& manifests, std::function<void()> go_on,
             std::function<void(std::exception_ptr)> failed);

  // Returns the account that the user's run is charged to: the manifest's account, or the user's default
  // account if the manifest has none; empty if the default account is not known.
  std::string account_of(const Manifest& manifest, const std::string& user) const;

 private:
  struct Answer;
  struct Check;
  std::set<JobNames> names_to_check(const std::string& user,
                                    const std::vector<const Manifest*>& manifests) const;
  bool needs_default_account(const std::string& user, const std::vector<const Manifest*>& manifests) const;
  void remember(const std::string& user, const std::set<JobNames>& names, const Answer& answer);

  // The users whose default accounts the next query to the scheduler asks for, all at once.
  using Wanted = Guarded<std::set<std::string>>;

  struct DefaultAccount {
    std::string account;
    UtcSeconds at{};  // when the scheduler answered
  };

  Loop& loop_;
  Workers& lane_;
  SchedulerReader& reader_;
  std::map<std::pair<std::string, JobNames>, UtcSeconds> allowed_;  // (user, names) → when they were allowed
  std::map<std::string, DefaultAccount> default_accounts_;          // by user
  std::shared_ptr<Wanted> wanted_ = std::make_shared<Wanted>();
};

}  // namespace trainyard
