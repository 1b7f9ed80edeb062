// idx: the format of MNIST. One object holds the samples (unsigned bytes in two or more dimensions,
// idx3-ubyte) and one holds the labels (unsigned bytes in one dimension, idx1-ubyte). Their headers tell
// which is which. Samples are u8. Their shape is [1, rows, columns] if the file has three dimensions, else
// the file's dimensions without the first. The option `shape` sets another shape. Both files can be
// compressed.
#pragma once
#include <memory>

#include "plugins/dataset_format.h"

namespace trainyard {

std::unique_ptr<DatasetFormat> make_idx_format();

}  // namespace trainyard
