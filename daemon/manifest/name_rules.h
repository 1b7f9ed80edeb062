// Names and URLs as people write them: what is wrong with one, in words that follow the key's name; nothing
// when it is right. What passes is one printable line that no shell, batch script or path walks out of.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace trainyard {

inline constexpr std::size_t longest_name = 128;  // bytes

// [A-Za-z0-9][A-Za-z0-9._-]*, at most longest_name: runs, plans, partitions, accounts, GPU types.
std::optional<std::string> problem_with_name(const std::string& text);

// [A-Za-z_][A-Za-z0-9_]*: of an environment variable.
std::optional<std::string> problem_with_variable(const std::string& text);

// file:///… or s3://bucket/…, without "." and ".." between its slashes.
std::optional<std::string> problem_with_url(const std::string& text);

// Has a scheme: "file:…", "s3:…", also one that is not known.
bool looks_like_url(std::string_view text);

// The URL of a file beside another: ("file:///a/b.gz", "c.gz") is "file:///a/c.gz".
std::string beside(const std::string& url, const std::string& name);

// What stands behind the last slash; empty for a folder.
std::string last_component(const std::string& url);

}  // namespace trainyard
