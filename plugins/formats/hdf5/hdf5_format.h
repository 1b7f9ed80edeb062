// hdf5: two arrays in one HDF5 file, named by the options `samples` and `label` (default: those of a scratch
// file's training part, trainyard-scratch(5)). The first dimension counts the samples; the option `shape`
// sets another shape of one sample. Unsigned integers of one byte become u8, other integers i32, floating
// point f32. The file can be chunked and compressed; it must be a local file. What labels are:
// plugins/formats/labels.h.
#pragma once
#include <memory>

#include "plugins/dataset_format.h"

namespace trainyard {

std::unique_ptr<DatasetFormat> make_hdf5_format();

}  // namespace trainyard
