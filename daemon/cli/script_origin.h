// The origin of a batch script that is being submitted: what sbatch would take from its environment.
#pragma once
#include <string>

#include "daemon/base/json.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

// Returns the working directory: $PWD if that names it, so that symbolic links stay as the user sees them.
std::string this_directory();

int this_umask();

// Returns the origin for POST /v1/runs; null if the manifest is not a batch script. The origin has only those
// variables of the environment that --export names. Throws Error{not_found} if one of them is not set.
Json script_origin(const Manifest& manifest, const std::string& file);

// Returns a note for users who expect the behaviour of sbatch; empty if there is nothing to note.
std::string script_note(const Manifest& manifest, const std::string& file);

}  // namespace trainyard
