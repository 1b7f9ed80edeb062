// The keys of the format hdf5.
#include "plugins/formats/table/format_table.h"

namespace trainyard {

FormatInfo hdf5_info() {
  return {
      .name = "hdf5",
      .meaning = "two arrays in an HDF5 file",
      .endings = {".h5", ".hdf5"},
      .takes_folders = false,
      .keys = {{.name = "samples",
                .type = FormatKeyType::text,
                .meaning = "the path of the array of samples in the file",
                .otherwise = "/train/samples"},
               {.name = "label",
                .type = FormatKeyType::text,
                .meaning = "the path of the array of labels: integers are classes, other numbers are targets",
                .otherwise = "/train/labels"},
               {.name = "test_samples",
                .type = FormatKeyType::text,
                .meaning = "the path of the array of samples in the second source; by default as samples"},
               {.name = "test_label",
                .type = FormatKeyType::text,
                .meaning = "the path of the array of labels in the second source; by default as label"}}};
}

}  // namespace trainyard
