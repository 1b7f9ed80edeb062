// Computes the directory of a user's part of scratch from the setting [scratch] path, a pattern with {user},
// {uid} or {home}: "/scratch/{user}/trainyard". The ledger's id is appended, so that two daemons do not share
// a directory.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace trainyard {

struct ScratchPlace {
  std::string base;  // the site's part, above the first folder with a placeholder: "/scratch"
  std::string path;  // the user's part, absolute: "/scratch/ada/trainyard/1f3a…"
  bool operator==(const ScratchPlace&) const = default;
};

struct ScratchUser {
  std::string name;
  std::uint32_t uid = 0;
  std::string home;  // "" where it is not known
};

// Returns the directories that the setting [scratch] path, `pattern`, names for this user: replaces {user},
// {uid} and {home} by the user's name, uid and home directory, and appends the ledger's id. Error{invalid} if
// the pattern has {home} and the user's home directory is not known.
ScratchPlace scratch_place(const std::string& pattern, const ScratchUser& user, const std::string& ledger_id);

// Returns what is wrong with the setting [scratch] path; nullopt if it is valid. It must be an absolute path,
// or begin with {home}, and have {user}, {uid} or {home}.
std::optional<std::string> problem_with_scratch_pattern(const std::string& pattern);

}  // namespace trainyard
