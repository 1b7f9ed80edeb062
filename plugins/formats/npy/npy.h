// npy and npz: arrays of NumPy's. npy: one object holds the samples, another one (the option `label_file`,
// its URL) the labels. npz: both are arrays in one object, which the options `samples` and `label` name. The
// first dimension counts the samples; the option `shape` sets another shape of one sample. Unsigned bytes and
// booleans become u8, other integers i32, floating point f32. What labels are: plugins/formats/labels.h.
#pragma once
#include <memory>

#include "plugins/dataset_format.h"

namespace trainyard {

std::unique_ptr<DatasetFormat> make_npy_format();
std::unique_ptr<DatasetFormat> make_npz_format();

}  // namespace trainyard
