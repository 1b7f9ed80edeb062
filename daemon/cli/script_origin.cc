#include "daemon/cli/script_origin.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "daemon/base/error.h"
#include "daemon/base/fd.h"

namespace trainyard {
namespace {

namespace fs = std::filesystem;

std::string this_host() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace

int this_umask() {
  const mode_t mask = ::umask(0);  // the umask can only be read by setting it
  ::umask(mask);
  return static_cast<int>(mask);
}

std::string this_directory() {
  const char* told = std::getenv("PWD");
  std::error_code ignored;
  if (told != nullptr && *told == '/' && fs::equivalent(told, ".", ignored)) return told;
  return fs::current_path();
}

Json script_origin(const Manifest& manifest, const std::string& file) {
  const auto* script = std::get_if<ScriptSpec>(&manifest.program);
  if (!script) return nullptr;
  ScriptOrigin origin;
  origin.directory = this_directory();
  origin.path = file.starts_with('/') ? file : join_path(origin.directory, file);
  origin.host = this_host();
  origin.umask = this_umask();
  const Json exported = script->options.value("export", Json::object());
  for (const auto& [name, value] : exported.items()) {
    if (!value.is_null()) continue;
    const char* found = std::getenv(name.c_str());
    if (found == nullptr)
      throw Error(ErrorKind::not_found, file + ": --export names " + name + ", which is not set here");
    origin.variables[name] = found;
  }
  return to_json(origin);
}

std::string script_note(const Manifest& manifest, const std::string& file) {
  const auto* script = std::get_if<ScriptSpec>(&manifest.program);
  if (!script || script->options.contains("export")) return "";
  return file +
         ": note: the script finds your login environment, not this shell's: --export=NAME takes a variable "
         "along\n";
}

}  // namespace trainyard
