// Writes a format's blocks of rows to the scratch file: chooses the layout, separates the held-out rows, and
// converts all samples to one type.
#pragma once
#include <string>

#include "daemon/manifest/manifest.h"
#include "kernels/scratch_file.h"
#include "plugins/dataset_format.h"

namespace trainyard {

// Returns the layout of the scratch file for these rows. `test`: the second source, or nullptr if a part of
// `train` is held out. If the two sources have different types of samples, the layout's type is f32.
// Error{invalid} if the two sources differ in shape or in what their labels are.
ScratchLayout layout_for(const DataSpec& data, const SampleInfo& train, const SampleInfo* test);

// Writes all rows of `train`, each to its split (train or test), then the rows of `test` if there is a second
// source.
void write_samples(ScratchWriter& file, const ScratchLayout& layout, const DataSpec& data,
                   SampleReader& train, SampleReader* test);

}  // namespace trainyard
