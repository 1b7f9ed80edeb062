// The trained model as a file, in HDF5. The contract is in man/trainyard-train.1.
#pragma once
#include <string>

#include "kernels/model.h"
#include "kernels/scratch_file.h"
#include "kernels/settings.h"

namespace trainyard {

constexpr const char* model_file_name = "model.h5";

// The name appears, complete and fsynced, or not at all.
void save_model(const std::string& path, Model& model, const Settings& settings, const ScratchInfo& data);

}  // namespace trainyard
