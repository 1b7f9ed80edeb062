#include "daemon/api/script_origin.h"

#include <algorithm>

#include "daemon/base/error.h"
#include "daemon/base/text.h"
#include "daemon/manifest/name_rules.h"
#include "daemon/manifest/node.h"

namespace trainyard {
namespace {

constexpr std::size_t most_path_bytes = 4096;
constexpr std::size_t most_variable_bytes = 64 << 10;  // all variables together

[[noreturn]] void wrong(const std::string& what) { throw Error(ErrorKind::invalid, "from." + what); }

void check_path(const char* key, const std::string& path) {
  if (!path.starts_with('/') || path.size() > most_path_bytes || !is_one_printable_line(path))
    wrong(std::string(key) + ": a whole path of one printable line is expected");
}

void check_variables(const ScriptSpec& script, const ScriptOrigin& origin) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : origin.variables) {
    const Json exported = script.options.value("export", Json::object());
    if (!exported.contains(name)) wrong("variables: " + excerpt(name) + " is not among those of --export");
    if (value.find('\0') != std::string::npos) wrong("variables: " + name + " holds a NUL byte");
    bytes += name.size() + value.size();
  }
  if (bytes > most_variable_bytes)
    wrong("variables: more than " + format_size(static_cast<std::int64_t>(most_variable_bytes)));
}

ScriptOrigin read_origin(const ScriptSpec& script, const Json& from) {
  if (!from.is_object())
    throw Error(ErrorKind::invalid,
                "from: missing; a batch script runs where it was submitted: send its path, "
                "directory, host, umask and variables");
  ScriptOrigin origin = script_origin_from_json(from);
  check_path("path", origin.path);
  check_path("directory", origin.directory);
  if (auto problem = problem_with_name(origin.host)) wrong("host: " + *problem);
  if (origin.umask < 0 || origin.umask > 0777) wrong("umask: 0 … 511 is expected");
  check_variables(script, origin);
  return origin;
}

}  // namespace

void set_script_origin(std::vector<Manifest>& manifests, const Json& from) {
  const ScriptSpec* first = nullptr;  // tasks of one array come from one script
  for (Manifest& manifest : manifests) {
    auto* script = std::get_if<ScriptSpec>(&manifest.program);
    if (!script) continue;
    script->origin = first ? first->origin : read_origin(*script, from);
    if (!first) first = script;
  }
}

}  // namespace trainyard
