// Users and groups as the name service knows them (NSS: files, LDAP, SSSD). Every call may take seconds, or
// not return: never on the loop (base/name_service). What the name service could not find out is
// Error{unavailable}; Error{not_found} is its own word that there is no such entry.
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

std::vector<gid_t> groups_of(const User& user);             // user.gid among them
std::vector<std::string> group_names_of(const User& user);  // of those of the groups that have a name

}  // namespace trainyard
