#include "daemon/base/installation.h"

#include <filesystem>

namespace trainyard {
namespace {

namespace fs = std::filesystem;

const fs::path configured_programs = TRAINYARD_BINDIR;
const fs::path configured_internals = TRAINYARD_LIBEXECDIR;
const fs::path configured_modules = TRAINYARD_PLUGINDIR;

// Returns the common parent of the configured folders of programs and internals: /usr for /usr/bin and
// /usr/libexec/trainyard.
fs::path configured_prefix() {
  fs::path prefix;
  auto other = configured_internals.begin();
  for (const fs::path& part : configured_programs) {
    if (other == configured_internals.end() || *other != part) break;
    prefix /= part;
    ++other;
  }
  return prefix;
}

// Returns /usr for the folder /usr/libexec/trainyard and the place libexec/trainyard; empty if `folder` does
// not end in `place`.
fs::path prefix_of(const fs::path& folder, const fs::path& place) {
  fs::path prefix = folder;
  for (auto part = place.end(); part != place.begin(); prefix = prefix.parent_path())
    if (prefix.filename() != *--part) return {};
  return prefix;
}

Installation beneath(const fs::path& prefix) {
  const auto moved = [&](const fs::path& folder) {
    return (prefix / folder.lexically_relative(configured_prefix())).string();
  };
  return {moved(configured_programs), moved(configured_internals), moved(configured_modules)};
}

}  // namespace

Installation installation_around(const std::string& program) {
  const fs::path folder = fs::path(program).parent_path();
  const fs::path programs = configured_programs.lexically_relative(configured_prefix());
  const fs::path internals = configured_internals.lexically_relative(configured_prefix());
  for (const fs::path& place : {programs, programs.parent_path() / "sbin", internals})
    if (const fs::path prefix = prefix_of(folder, place); !prefix.empty()) return beneath(prefix);
  return beneath(configured_prefix());
}

Installation this_installation() { return installation_around(fs::read_symlink("/proc/self/exe").string()); }

}  // namespace trainyard
