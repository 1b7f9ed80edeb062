#include "daemon/base/user.h"

#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <cstring>

#include "daemon/base/error.h"

namespace trainyard {
namespace {

constexpr std::size_t most_entry_bytes = std::size_t{64} << 20;  // a group's entry has all its members' names

// Calls `ask`, which is getpwuid_r(), getpwnam_r() or getgrgid_r(), with a buffer that is large enough.
// Returns nullptr if there is no such user or group.
template <class Entry, class Ask>
Entry* look_up(Entry& entry, std::vector<char>& buffer, const std::string& whom, const Ask& ask) {
  for (buffer.resize(1 << 14);; buffer.resize(buffer.size() * 4)) {
    Entry* found = nullptr;
    const int error = ask(&entry, buffer.data(), buffer.size(), &found);
    if (error == 0) return found;
    if (error == EINTR || (error == ERANGE && buffer.size() < most_entry_bytes)) continue;
    throw Error(ErrorKind::unavailable,
                "the name service could not look up " + whom + ": " + std::strerror(error));
  }
}

}  // namespace

User user_of(uid_t uid) {
  passwd entry{};
  std::vector<char> buffer;
  const std::string whom = "uid " + std::to_string(uid);
  const passwd* found = look_up(entry, buffer, whom, [uid](auto... to) { return ::getpwuid_r(uid, to...); });
  if (found == nullptr) throw Error(ErrorKind::not_found, "this machine knows no user with " + whom);
  return {found->pw_uid, found->pw_gid, found->pw_name, found->pw_dir};
}

uid_t uid_of(const std::string& name) {
  passwd entry{};
  std::vector<char> buffer;
  const passwd* found = look_up(entry, buffer, "user " + name,
                                [&name](auto... to) { return ::getpwnam_r(name.c_str(), to...); });
  if (found == nullptr) throw Error(ErrorKind::not_found, "this machine knows no user " + name);
  return found->pw_uid;
}

std::vector<gid_t> groups_of(const User& user) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  while (::getgrouplist(user.name.c_str(), user.gid, groups.data(), &count) < 0)
    groups.resize(static_cast<std::size_t>(count));
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

std::vector<std::string> group_names_of(const User& user) {
  std::vector<std::string> names;
  std::vector<char> buffer;
  for (gid_t gid : groups_of(user)) {
    group entry{};
    const group* found = look_up(entry, buffer, "gid " + std::to_string(gid),
                                 [gid](auto... to) { return ::getgrgid_r(gid, to...); });
    if (found != nullptr) names.emplace_back(found->gr_name);
  }
  return names;
}

}  // namespace trainyard
