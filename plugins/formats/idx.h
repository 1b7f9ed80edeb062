// idx: the format of MNIST. Of the objects one holds the samples (unsigned bytes in two or more dimensions,
// idx3-ubyte) and one the labels (unsigned bytes in one dimension, idx1-ubyte); which is which, their headers
// say. Samples are u8 of shape [1, rows, columns] for three dimensions, else of the dimensions as they are;
// `shape` lays them out otherwise. Either file may be compressed.
#pragma once
#include <memory>

#include "plugins/dataset_format.h"

namespace trainyard {

std::unique_ptr<DatasetFormat> make_idx_format();

}  // namespace trainyard
