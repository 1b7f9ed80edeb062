#include "daemon/broker/rules.h"

#include <algorithm>

namespace trainyard {
namespace {

constexpr uid_t no_uid = static_cast<uid_t>(-1);  // for setresuid(2) it means "leave the id as it is"
constexpr uid_t overflow_uid = 65534;             // nobody: stands for users who have no uid here

template <class Id>
bool contains(const std::vector<Id>& ids, Id id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

Refusal judge_uid(const AllowRules& rules, uid_t uid) {
  if (uid == no_uid || uid == overflow_uid || contains(rules.refused_uids, uid)) return Refusal::refused_uid;
  if (uid == 0) return rules.allow_root ? Refusal::none : Refusal::superuser;
  return uid < rules.least_uid ? Refusal::uid_too_low : Refusal::none;
}

Refusal judge_groups(const AllowRules& rules, uid_t uid, const std::vector<gid_t>& groups,
                     const std::vector<gid_t>& sudo_groups) {
  if (rules.group && !contains(groups, *rules.group)) return Refusal::not_in_group;
  if (rules.allow_sudoers || uid == 0) return Refusal::none;
  bool sudoer =
      std::any_of(sudo_groups.begin(), sudo_groups.end(), [&](gid_t g) { return contains(groups, g); });
  return sudoer ? Refusal::sudoer : Refusal::none;
}

}  // namespace trainyard
