// Where a user's part of scratch is. [scratch] path is a pattern, "/scratch/{user}/trainyard"; below it the
// id of the ledger keeps two daemons apart.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace trainyard {

struct ScratchPlace {
  std::string base;  // the site's: up to the first folder whose name is filled in: "/scratch"
  std::string path;  // the user's, whole: "/scratch/ada/trainyard/1f3a…"
  bool operator==(const ScratchPlace&) const = default;
};

struct ScratchUser {
  std::string name;
  std::uint32_t uid = 0;
  std::string home;  // "" where it is not known
};

// Error{invalid} where the pattern asks for a home directory and none is known.
ScratchPlace scratch_place(const std::string& pattern, const ScratchUser& user, const std::string& ledger_id);

// What is wrong with a pattern: it must be a whole path, and name the user.
std::optional<std::string> problem_with_scratch_pattern(const std::string& pattern);

}  // namespace trainyard
