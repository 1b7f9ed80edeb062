// Where a batch script is being submitted from: what sbatch would take from its surroundings.
#pragma once
#include <string>

#include "daemon/base/json.h"
#include "daemon/manifest/manifest.h"

namespace trainyard {

// The working directory, by the shell's name for it where that is one: links stay as the person sees them.
std::string this_directory();

int this_umask();

// For POST /v1/runs; null when the manifest is no batch script. Of the environment just the variables that
// --export names. Error{not_found} when one of them is not set.
Json script_origin(const Manifest& manifest, const std::string& file);

// What a person should know who is used to sbatch; empty when there is nothing.
std::string script_note(const Manifest& manifest, const std::string& file);

}  // namespace trainyard
