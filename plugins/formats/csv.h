// csv: rows of numbers, one column of which is the label. Options: `label`, the column's place from 0, or its
// name where `header` is true; `shape`, into which the other columns are laid in their order (one dimension
// otherwise). Samples are u8 when every value is an integer from 0 to 255, f32 otherwise. Labels that are all
// integers from 0 to 65 535 are classes (as many as the largest says); labels that are other numbers are
// targets, one per row. The objects are read twice: once to know these, once for the rows.
#pragma once
#include <memory>

#include "plugins/dataset_format.h"

namespace trainyard {

std::unique_ptr<DatasetFormat> make_csv_format();

}  // namespace trainyard
