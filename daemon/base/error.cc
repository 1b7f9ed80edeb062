#include "daemon/base/error.h"

#include <array>

namespace trainyard {
namespace {

constexpr std::array<std::pair<ErrorKind, const char*>, 6> kinds{
    {{ErrorKind::invalid, "invalid"},
     {ErrorKind::not_found, "not_found"},
     {ErrorKind::denied, "denied"},
     {ErrorKind::no_credentials, "no_credentials"},
     {ErrorKind::unavailable, "unavailable"},
     {ErrorKind::internal, "internal"}}};

std::string join_lines(const std::vector<Problem>& problems) {
  std::string lines;
  for (const Problem& problem : problems) {
    if (!lines.empty()) lines += '\n';
    lines += to_string(problem);
  }
  return lines;
}

}  // namespace

const char* to_string(ErrorKind kind) {
  for (const auto& [known, name] : kinds)
    if (known == kind) return name;
  return "internal";
}

ErrorKind error_kind_from(const std::string& name) {
  for (const auto& [kind, known] : kinds)
    if (name == known) return kind;
  throw Error(ErrorKind::invalid, "no such kind of error: " + name);
}

std::string to_string(const Problem& problem) {
  std::string text = problem.file;
  if (problem.line > 0) text += ':' + std::to_string(problem.line);
  if (problem.line > 0 && problem.column > 0) text += ':' + std::to_string(problem.column);
  if (!text.empty()) text += ": ";
  if (!problem.object.empty()) text += problem.object + ": ";
  text += problem.message;
  if (!problem.hint.empty()) text += "; " + problem.hint;
  return text;
}

Error::Error(std::vector<Problem> problems)
    : std::runtime_error(join_lines(problems)), kind_(ErrorKind::invalid), problems_(std::move(problems)) {}

}  // namespace trainyard
