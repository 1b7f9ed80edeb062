// Rules for names and URLs that users write. Each problem_with_…() returns what is wrong with a text, in
// words that can follow the key's name; nullopt if the text is valid. A valid name is safe in a shell
// command, a batch script and a path. A valid URL is one printable line whose path has no "." or ".." parts.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace trainyard {

inline constexpr std::size_t longest_name = 128;  // bytes

// Names of runs, plans, partitions, accounts and GPU types: [A-Za-z0-9][A-Za-z0-9._-]*, at most longest_name.
std::optional<std::string> problem_with_name(const std::string& text);

// Names of environment variables: [A-Za-z_][A-Za-z0-9_]*, at most longest_name.
std::optional<std::string> problem_with_variable(const std::string& text);

// URLs: file:///… or s3://bucket/…, without "." and ".." between slashes.
std::optional<std::string> problem_with_url(const std::string& text);

// Returns true if the text begins with a scheme, known or not: "file://…", "s3://…", "gs://…".
bool looks_like_url(std::string_view text);

// Returns the URL of the file `name` in the folder of `url`: ("file:///a/b.gz", "c.gz") gives
// "file:///a/c.gz".
std::string beside(const std::string& url, const std::string& name);

// Returns the part after the last slash; empty for a folder.
std::string last_component(const std::string& url);

}  // namespace trainyard
