// From a format's blocks of rows to the scratch file: layout, held-out split, one type of samples.
#pragma once
#include <string>

#include "daemon/manifest/manifest.h"
#include "kernels/scratch_file.h"
#include "plugins/dataset_format.h"

namespace trainyard {

// The file for these rows: `test` is the second source, or null where a part of `train` is held out. u8
// beside f32 becomes f32. Error{invalid} when the two sources differ in shape or in what their labels are.
ScratchLayout layout_for(const DataSpec& data, const SampleInfo& train, const SampleInfo* test);

// Writes all rows of `train`, each to the split that is its own, then those of `test` where there is a second
// source.
void write_samples(ScratchWriter& file, const ScratchLayout& layout, const DataSpec& data,
                   SampleReader& train, SampleReader* test);

}  // namespace trainyard
