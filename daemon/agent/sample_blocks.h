// Operations on blocks of rows between a format and the scratch file.
#pragma once
#include <functional>

#include "daemon/base/hdf5.h"
#include "plugins/dataset_format.h"

namespace trainyard {

ElementType element_type(SampleType type);

// Converts the samples of the block to this type, if they are of another one.
void convert_samples(SampleBlock& block, ElementType from, ElementType to);

// Moves the rows for which `is_taken` returns true to a block of their own. `is_taken` is called with the
// index of each row in the block, in order.
SampleBlock take_rows(SampleBlock& block, const std::function<bool(std::int64_t row)>& is_taken);

}  // namespace trainyard
