// Looks up users and groups in the name service (NSS: files, LDAP, SSSD). Every call can take seconds, or
// never return, so it must not be made on the loop; base/name_service is for the loop. Every function throws
// Error{not_found} if the name service says that there is no such user or group, and Error{unavailable} if it
// could not find out.
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace trainyard {

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;
  std::string home;
  bool operator==(const User&) const = default;
};

User user_of(uid_t uid);
uid_t uid_of(const std::string& name);

std::vector<gid_t> groups_of(const User& user);             // including user.gid
std::vector<std::string> group_names_of(const User& user);  // only of groups that have a name

}  // namespace trainyard
