#include "daemon/manifest/name_rules.h"

#include <algorithm>

#include "daemon/base/text.h"

namespace trainyard {
namespace {

constexpr std::size_t longest_url = 1024;

// Independent of the locale: only ASCII letters count.
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_character(char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-'; }
bool is_variable_character(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

bool climbs(std::string_view path) {
  for (const std::string& part : split(path, '/'))
    if (part == "." || part == "..") return true;
  return false;
}

std::optional<std::string> problem_with_file_path(std::string_view path) {
  if (!path.starts_with('/') || path.starts_with("//"))
    return "must be file:/// and a whole path: \"file:///srv/data/x.csv\"";
  if (path.size() < 2) return "must name something below file:///";
  if (path.find("//", 1) != std::string_view::npos) return "must not hold two slashes in a row";
  if (climbs(path)) return "must not hold \".\" or \"..\" between slashes";
  return std::nullopt;
}

std::optional<std::string> problem_with_bucket_path(std::string_view path) {
  std::string bucket(path.substr(0, path.find('/')));
  if (bucket.empty() || problem_with_name(bucket))
    return "must be s3://, a bucket and a path: \"s3://bucket/data/x.csv\"";
  if (path.find("//") != std::string_view::npos) return "must not hold two slashes in a row";
  if (climbs(path)) return "must not hold \".\" or \"..\" between slashes";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> problem_with_name(const std::string& text) {
  if (text.size() > longest_name)
    return "must be at most " + std::to_string(longest_name) + " characters long";
  bool right = !text.empty() && (is_letter(text[0]) || is_digit(text[0])) &&
               std::all_of(text.begin(), text.end(), is_name_character);
  if (!right) return "must begin with a letter or digit and hold letters, digits, '.', '_' and '-' only";
  return std::nullopt;
}

std::optional<std::string> problem_with_variable(const std::string& text) {
  bool right = !text.empty() && text.size() <= longest_name && !is_digit(text[0]) &&
               std::all_of(text.begin(), text.end(), is_variable_character);
  if (!right) return "must hold letters, digits and '_' only, and not begin with a digit";
  return std::nullopt;
}

std::optional<std::string> problem_with_url(const std::string& text) {
  if (text.size() > longest_url) return "must be at most " + std::to_string(longest_url) + " bytes long";
  if (!is_one_printable_line(text)) return "must be one line, without control characters";
  if (text.starts_with("file://")) return problem_with_file_path(std::string_view(text).substr(7));
  if (text.starts_with("s3://")) return problem_with_bucket_path(std::string_view(text).substr(5));
  return "must begin with file:/// or s3://";
}

bool looks_like_url(std::string_view text) {
  std::size_t colon = text.find("://");
  return colon != std::string_view::npos && colon > 0 && text.find('/') > colon;
}

std::string beside(const std::string& url, const std::string& name) {
  return url.substr(0, url.rfind('/') + 1) + name;
}

std::string last_component(const std::string& url) { return url.substr(url.rfind('/') + 1); }

}  // namespace trainyard
