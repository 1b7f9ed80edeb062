// The origin of a batch script that is being submitted: its path, this host and directory, and the umask and
// variables that sbatch would take from its own process.
#pragma once
#include <string>

#include "daemon/base/json.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

// Returns the working directory: $PWD if that is a path of it, so that symbolic links in the path stay as the
// user sees them.
std::string this_directory();

int this_umask();

// Returns the origin for POST /v1/runs; null if the manifest is not a batch script. The origin has only the
// environment variables that the script's --export names. Throws Error{not_found} if one of them is not set.
Json script_origin(const Manifest& manifest, const std::string& file);

// Returns a note that the script does not get this shell's environment, as it would from sbatch; empty if the
// script sets --export or the manifest is not a script.
std::string script_note(const Manifest& manifest, const std::string& file);

}  // namespace trainyard
