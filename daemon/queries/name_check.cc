#include "daemon/queries/name_check.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "daemon/base/error.h"
#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr std::chrono::seconds patience{5};
constexpr std::chrono::seconds valid_for{60};  // so that a thousand submissions do not ask a thousand times
constexpr std::size_t most_remembered = 10'000;

JobNames names_in(const Manifest& manifest) {
  return {manifest.resources.account, manifest.resources.partition, manifest.resources.qos};
}

// Returns the names that the scheduler refuses to this user, each once. `all` has the names of all manifests.
std::vector<RefusedName> refused_of(SchedulerReader& scheduler, const NamedBy& by,
                                    const std::set<JobNames>& all) {
  std::vector<RefusedName> refused;
  for (const JobNames& names : all)
    for (RefusedName& name : scheduler.refused_names(by.user, by.groups, names))
      if (std::ranges::find(refused, name) == refused.end()) refused.push_back(std::move(name));
  return refused;
}

std::exception_ptr as_error(const std::string& file, const std::vector<RefusedName>& refused) {
  std::vector<Problem> problems;
  for (const RefusedName& name : refused)
    problems.push_back({file, 0, 0, "resources." + name.what, '"' + name.name + "\" " + name.reason,
                        name.allowed.empty() ? "there is none that would do: ask those who keep the cluster"
                                             : "may be used: " + join(name.allowed, ", ")});
  return std::make_exception_ptr(Error(std::move(problems)));
}

}  // namespace

struct NameCheck::Answer {
  std::vector<RefusedName> refused;
  std::set<std::string> asked;                          // users whose default account was asked for
  std::map<std::string, std::string> default_accounts;  // by user, only of users who have one
};

// One call of check(). It ends with the scheduler's answer or when `patience` is over, whichever comes first.
// The work in the lane owns this object.
struct NameCheck::Check {
  bool over = false;
  Loop::Watch patience;
  std::function<void()> go_on;

  // Returns true if this call ended the check.
  bool end() {
    patience.stop();
    return !std::exchange(over, true);
  }
};

std::set<JobNames> NameCheck::names_to_check(const std::string& user,
                                             const std::vector<const Manifest*>& manifests) const {
  std::set<JobNames> names;
  for (const Manifest* manifest : manifests) {
    auto allowed = allowed_.find({user, names_in(*manifest)});
    if (allowed == allowed_.end() || now() > allowed->second + valid_for) names.insert(names_in(*manifest));
  }
  names.erase(JobNames{});
  return names;
}

bool NameCheck::needs_default_account(const std::string& user,
                                      const std::vector<const Manifest*>& manifests) const {
  bool is_asked_for = std::ranges::any_of(
      manifests, [](const Manifest* manifest) { return manifest->resources.account.empty(); });
  auto known = default_accounts_.find(user);
  return is_asked_for && (known == default_accounts_.end() || now() > known->second.at + valid_for);
}

std::string NameCheck::account_of(const Manifest& manifest, const std::string& user) const {
  if (!manifest.resources.account.empty()) return manifest.resources.account;
  auto known = default_accounts_.find(user);
  return known == default_accounts_.end() ? "" : known->second.account;
}

void NameCheck::check(const NamedBy& by, const std::vector<const Manifest*>& manifests,
                      std::function<void()> go_on, std::function<void(std::exception_ptr)> failed) {
  std::set<JobNames> names = names_to_check(by.user, manifests);
  const bool with_default = needs_default_account(by.user, manifests);
  if (names.empty() && !with_default) return go_on();
  auto check = std::make_shared<Check>();
  check->go_on = std::move(go_on);
  check->patience = loop_.after(patience, [weak = std::weak_ptr(check)] {
    if (auto late = weak.lock(); late && late->end()) late->go_on();
  });
  if (with_default) wanted_->with([&](std::set<std::string>& users) { users.insert(by.user); });
  lane_.run(
      [this, by, names, wanted = wanted_] {
        Answer answer{refused_of(reader_, by, names), {}, {}};
        answer.asked = wanted->with([](std::set<std::string>& users) { return std::exchange(users, {}); });
        answer.default_accounts = reader_.default_accounts(answer.asked);
        return answer;
      },
      [this, check, names, failed = std::move(failed), by](const Answer& answer) {
        remember(by.user, names, answer);
        if (!check->end()) return;
        answer.refused.empty() ? check->go_on() : failed(as_error(by.file, answer.refused));
      },
      [check](std::exception_ptr) {
        if (check->end()) check->go_on();
      });
}

void NameCheck::remember(const std::string& user, const std::set<JobNames>& names, const Answer& answer) {
  for (const std::string& asked : answer.asked) {
    auto found = answer.default_accounts.find(asked);
    default_accounts_[asked] = {found == answer.default_accounts.end() ? "" : found->second, now()};
  }
  if (!answer.refused.empty()) return;
  if (allowed_.size() > most_remembered) allowed_.clear();
  for (const JobNames& each : names) allowed_[{user, each}] = now();
}

}  // namespace trainyard
