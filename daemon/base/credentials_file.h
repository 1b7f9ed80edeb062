// Credentials of object stores, in the file format of ~/.aws/credentials: sections with names, and in each
// the keys aws_access_key_id and aws_secret_access_key, and aws_session_token for temporary keys.
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace trainyard {

struct Credential {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // empty: the keys are permanent ones

  bool operator==(const Credential&) const = default;
};

using Credentials = std::map<std::string, Credential>;  // name of the section → keys

// Parses a credentials file. Ignores empty sections, and keys other than these three. Throws Error{invalid}
// that names `file` and the line, and never a value, if a line is wrong or a section lacks one of the first
// two keys.
Credentials parse_credentials(std::string_view text, const std::string& file);
std::string credentials_text(const Credentials& credentials);

// From the first of the two functions below on, the kernel writes no core dump of this process: it would
// contain keys.

// Reads a file of credentials; returns none if there is no such file. Throws Error{denied} with the remedy if
// another user owns the file or could read it: its mode must be 0600 or less.
Credentials read_credentials(const std::string& path);

// Replaces the file as a whole, with the mode 0600.
void write_credentials(const std::string& path, const Credentials& credentials);

}  // namespace trainyard
