// What `trainyard init` writes. A test reads both, so they are manifests that are right.
#pragma once

namespace trainyard {

extern const char* const first_train_manifest;
extern const char* const first_command_manifest;

}  // namespace trainyard
