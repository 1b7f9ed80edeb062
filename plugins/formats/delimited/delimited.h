// csv and tsv: rows of numbers, one column of which is the label. Options: `label`, the column's position
// from 0, or its name where `header` is true; `shape`, the shape that the other columns fill in their order
// (default: one dimension). Samples are u8 when every value is an integer from 0 to 255, f32 otherwise.
// Labels are classes when all are integers from 0 to 65 535; the number of classes is the largest label + 1.
// Otherwise labels are targets, one per row. The objects are read twice: first to find out type and classes,
// then for the rows.
#pragma once
#include <memory>

#include "plugins/dataset_format.h"

namespace trainyard {

std::unique_ptr<DatasetFormat> make_csv_format();
std::unique_ptr<DatasetFormat> make_tsv_format();

}  // namespace trainyard
