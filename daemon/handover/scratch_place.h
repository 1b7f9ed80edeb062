// The place of a user's part of scratch. The setting [scratch] path is a pattern,
// "/scratch/{user}/trainyard". The ledger's id is appended, so that two daemons do not share a directory.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace trainyard {

struct ScratchPlace {
  std::string base;  // the site's part, up to the first folder that the pattern fills in: "/scratch"
  std::string path;  // the user's part, absolute: "/scratch/ada/trainyard/1f3a…"
  bool operator==(const ScratchPlace&) const = default;
};

struct ScratchUser {
  std::string name;
  std::uint32_t uid = 0;
  std::string home;  // "" where it is not known
};

// Returns the user's place by the pattern. Error{invalid} if the pattern has {home} and the user's home is
// unknown.
ScratchPlace scratch_place(const std::string& pattern, const ScratchUser& user, const std::string& ledger_id);

// Returns what is wrong with a pattern; nullopt if it is right. It must be an absolute path and name the
// user.
std::optional<std::string> problem_with_scratch_pattern(const std::string& pattern);

}  // namespace trainyard
