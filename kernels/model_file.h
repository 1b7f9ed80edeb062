// Writes the trained model to an HDF5 file. The format is in man/trainyard-train.1.
#pragma once
#include <string>

#include "kernels/model.h"
#include "kernels/scratch_file.h"
#include "kernels/settings.h"

namespace trainyard {

constexpr const char* model_file_name = "model.h5";

// Writes the file. It appears complete and fsynced, or not at all.
void save_model(const std::string& path, Model& model, const Settings& settings, const ScratchInfo& data);

}  // namespace trainyard
