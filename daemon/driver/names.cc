// The accounts, partitions and QOS that manifests name, held against what the scheduler allows: who may not
// use one hears it at once and not when the run's turn has come. Where a manifest names no account, the
// user's default one is asked for: plans count by it. The scheduler has the last word: while it does not
// answer, nobody is kept waiting.
#include <algorithm>

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "daemon/driver/driver.h"

namespace trainyard {
namespace {

constexpr std::chrono::seconds patience{5};
constexpr std::chrono::seconds allowed_for{
    60};  // so that a thousand submissions are not a thousand questions
constexpr std::size_t most_remembered = 10'000;

JobNames names_in(const Manifest& manifest) {
  return {manifest.resources.account, manifest.resources.partition, manifest.resources.qos};
}

// Of all manifests, each once.
std::vector<RefusedName> refused_of(SchedulerReader& scheduler, const std::string& user,
                                    const std::set<std::string>& groups, const std::set<JobNames>& all) {
  std::vector<RefusedName> refused;
  for (const JobNames& names : all)
    for (RefusedName& name : scheduler.refused_names(user, groups, names))
      if (std::find(refused.begin(), refused.end(), name) == refused.end())
        refused.push_back(std::move(name));
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

struct Driver::NameAnswer {
  std::vector<RefusedName> refused;
  std::optional<std::string> default_account;  // unset: it was not asked for
};

// The scheduler's answer or the end of patience, whichever comes first. Owned by the work on the lane.
struct Driver::NameCheck {
  bool over = false;
  Loop::Watch patience;
  std::function<void()> go_on;

  bool end() {
    patience.stop();
    return !std::exchange(over, true);
  }
};

std::set<JobNames> Driver::names_to_check(const SubmitRequest& request) const {
  std::set<JobNames> names;
  for (const Manifest& manifest : request.manifests) {
    auto allowed = names_allowed_.find({request.owner.name, names_in(manifest)});
    if (allowed == names_allowed_.end() || now() > allowed->second + allowed_for)
      names.insert(names_in(manifest));
  }
  names.erase(JobNames{});
  return names;
}

bool Driver::needs_default_account(const SubmitRequest& request) const {
  bool is_asked_for = std::ranges::any_of(
      request.manifests, [](const Manifest& manifest) { return manifest.resources.account.empty(); });
  auto known = default_accounts_.find(request.owner.name);
  return is_asked_for && (known == default_accounts_.end() || now() > known->second.at + allowed_for);
}

std::string Driver::account_of(const Manifest& manifest, const Owner& owner) const {
  if (!manifest.resources.account.empty()) return manifest.resources.account;
  auto known = default_accounts_.find(owner.name);
  return known == default_accounts_.end() ? "" : known->second.account;
}

void Driver::check_names(const SubmitRequest& request, std::function<void()> go_on,
                         const std::function<void(std::exception_ptr)>& failed) {
  std::set<JobNames> names = names_to_check(request);
  const bool with_default = needs_default_account(request);
  if (names.empty() && !with_default) return go_on();
  auto check = std::make_shared<NameCheck>();
  check->go_on = std::move(go_on);
  check->patience = loop_.after(patience, [weak = std::weak_ptr(check)] {
    if (auto late = weak.lock(); late && late->end()) late->go_on();
  });
  lane_.run(
      [this, user = request.owner.name, groups = request.groups, names, with_default] {
        NameAnswer answer{refused_of(steps_.reader(), user, groups, names), {}};
        if (with_default) answer.default_account = steps_.reader().default_account(user);
        return answer;
      },
      [this, check, names, failed, user = request.owner.name,
       file = request.submission.file](const NameAnswer& answer) {
        if (answer.refused.empty()) remember_allowed(user, names);
        if (answer.default_account) default_accounts_[user] = {*answer.default_account, now()};
        if (!check->end()) return;
        answer.refused.empty() ? check->go_on() : failed(as_error(file, answer.refused));
      },
      [check](std::exception_ptr) {
        if (check->end()) check->go_on();
      });
}

void Driver::remember_allowed(const std::string& user, const std::set<JobNames>& names) {
  if (names_allowed_.size() > most_remembered) names_allowed_.clear();
  for (const JobNames& each : names) names_allowed_[{user, each}] = now();
}

}  // namespace trainyard
