#include "daemon/handover/scratch_place.h"

#include <filesystem>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

constexpr const char* placeholders[] = {"{user}", "{uid}", "{home}"};

std::size_t first_placeholder(const std::string& pattern) {
  std::size_t first = std::string::npos;
  for (const char* placeholder : placeholders) first = std::min(first, pattern.find(placeholder));
  return first;
}

void fill(std::string& text, const std::string& placeholder, const std::string& value) {
  for (std::size_t at; (at = text.find(placeholder)) != std::string::npos;)
    text.replace(at, placeholder.size(), value);
}

}  // namespace

ScratchPlace scratch_place(const std::string& pattern, const ScratchUser& user,
                           const std::string& ledger_id) {
  std::string path = pattern;
  if (path.find("{home}") != std::string::npos && user.home.empty())
    throw Error(ErrorKind::invalid,
                "[scratch] path is " + pattern + ", and " + user.name + " has no home directory");
  fill(path, "{home}", user.home);
  fill(path, "{user}", user.name);
  fill(path, "{uid}", std::to_string(user.uid));
  // The site's part ends above the first folder with a placeholder. If the pattern begins with {home}, it is
  // the parent of the user's home directory.
  bool begins_with_home = pattern.starts_with("{home}");
  std::string site = begins_with_home ? user.home : pattern.substr(0, first_placeholder(pattern));
  std::string base = std::filesystem::path(site + (begins_with_home ? "" : "x")).parent_path().string();
  path = std::filesystem::path(path).lexically_normal().string();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return {base, join_path(path, ledger_id)};
}

std::optional<std::string> problem_with_scratch_pattern(const std::string& pattern) {
  if (!pattern.starts_with('/') && !pattern.starts_with("{home}")) return "must be a whole path, from / on";
  if (first_placeholder(pattern) == std::string::npos)
    return "must say {user}, {uid} or {home}: scratch is each user's own, as in "
           "\"/scratch/{user}/trainyard\"";
  return std::nullopt;
}

}  // namespace trainyard
